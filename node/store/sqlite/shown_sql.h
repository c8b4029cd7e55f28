// The queries behind every page of what HTTP readers are shown; apart, so that a test can ask
// SQLite how they are carried out.
#pragma once

namespace renkei::store {

// ?1 community, ?2 view, ?3 place, ?4 now (seconds), ?5 limit.  An object that an earlier live row
// of the view tells already is left out.
inline constexpr char kShownAfterSql[] =
    "SELECT s.place, s.id, s.version, r.id, r.state = 0 AND r.expires > ?4 FROM shown s"
    " CROSS JOIN record r ON r.number = s.record"
    " WHERE s.view = ?2 AND s.place > ?3 AND r.community = ?1"
    " AND NOT EXISTS (SELECT 1 FROM shown o CROSS JOIN record q ON q.number = o.record"
    " WHERE o.view = s.view AND o.id = s.id AND o.place < s.place AND q.state = 0"
    " AND q.expires > ?4)"
    " ORDER BY s.place LIMIT ?5";

// ?1 community, ?2 view, ?3 id, ?4 now, ?5 place.
inline constexpr char kShownFindSql[] =
    "SELECT s.place, s.id, s.version, r.id, 1 FROM shown s"
    " CROSS JOIN record r ON r.number = s.record"
    " WHERE s.view = ?2 AND s.id = ?3 AND s.place > ?5 AND r.community = ?1 AND r.state = 0"
    " AND r.expires > ?4 ORDER BY s.place LIMIT 1";

// ?1 community, ?2 from, ?3 until (seconds), ?4 limit.
inline constexpr char kShownExpiredSql[] =
    "DELETE FROM shown WHERE place IN (SELECT s.place FROM record r"
    " CROSS JOIN shown s ON s.record = r.number"
    " WHERE r.community = ?1 AND r.expires > ?2 AND r.expires <= ?3 LIMIT ?4)";

// ?1 community, ?2 key.
inline constexpr char kShownViewSql[] =
    "SELECT number, reached, looked, basis FROM shown_view WHERE community = ?1 AND key = "
    "?2";

// ?1 community, ?2 number, ?3 limit.
inline constexpr char kSecondLooksSql[] =
    "SELECT s.number, r.id FROM second_look s CROSS JOIN record r ON r.number = s.record"
    " WHERE s.number > ?2 AND s.community = ?1 ORDER BY s.number LIMIT ?3";

// ?1 community, ?2 key.
inline constexpr char kTakenOutSql[] = "SELECT 1 FROM taken_out WHERE community = ?1 AND key = ?2";

}  // namespace renkei::store
