// The query behind every page of what HTTP readers are shown; apart, so that a test can ask SQLite
// how it is carried out.
#pragma once

namespace renkei::store {

// ?1 community, ?2 view, ?3 place, ?4 now (seconds), ?5 limit.  An object that an earlier live row
// of the view tells already is left out.
inline constexpr char kShownAfterSql[] =
    "SELECT s.place, s.id, s.version, r.id FROM shown s"
    " CROSS JOIN record r ON r.number = s.record"
    " WHERE s.view = ?2 AND s.place > ?3 AND r.community = ?1 AND r.state = 0 AND r.expires > ?4"
    " AND NOT EXISTS (SELECT 1 FROM shown o CROSS JOIN record q ON q.number = o.record"
    " WHERE o.view = s.view AND o.id = s.id AND o.place < s.place AND q.state = 0"
    " AND q.expires > ?4)"
    " ORDER BY s.place LIMIT ?5";

}  // namespace renkei::store
