#include "node/feed/publish_once.h"

#include "node/feed/publisher.h"

namespace renkei::feed {
namespace {

constexpr std::string_view kOnceKind = "once";  // by name and part: record and revision

absl::StatusOr<PublishedOnce> DecodeOnce(BytesView key, BytesView row) {
  ByteReader in(row);
  const auto id = record::RecordId::From(in.Raw(record::RecordId::kSize));
  const std::uint32_t revision = in.U32();
  if (!id || !in.ok() || !in.AtEnd()) return DataLoss("what was published once is damaged");
  return PublishedOnce{.once = std::string(key), .id = *id, .revision = revision};
}

}  // namespace

absl::Status KeepOnce(store::Writer& writer, const std::string& once, const record::RecordId& id,
                      std::uint32_t revision) {
  if (once.empty()) return absl::OkStatus();
  return writer.PutObject(kOnceKind, once, ByteWriter().Raw(id.view()).U32(revision).Take());
}

absl::Status NoteUnchanged(store::Store& store, const std::string& once,
                           const record::RecordId& id) {
  if (once.empty()) return absl::OkStatus();
  return store.Commit(
      [&](store::Writer& writer) { return KeepOnce(writer, once, id, kUnchangedRevision); });
}

absl::StatusOr<std::optional<Published>> Publisher::FindOnce(const std::string& once) const {
  std::optional<Published> found;
  if (once.empty()) return found;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto row, reader.FindObject(kOnceKind, once));
    if (!row) return absl::OkStatus();
    ASSIGN_OR_RETURN(const PublishedOnce done, DecodeOnce(once, *row));
    PublishResult result = PublishResult::kPublished;
    if (done.revision > 1) result = PublishResult::kRevised;
    if (done.revision == kUnchangedRevision) result = PublishResult::kUnchanged;
    found = Published{.result = result, .id = done.id, .revision = done.revision};
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<PublishedOnce>> FindPublishedOnce(const store::Reader& reader,
                                                             std::string_view name) {
  std::vector<PublishedOnce> found;
  ASSIGN_OR_RETURN(const auto all, reader.ListObjects(kOnceKind));
  const std::string prefix = std::string(name) + "/";
  for (const auto& [key, row] : all) {
    if (!key.starts_with(prefix)) continue;
    ASSIGN_OR_RETURN(PublishedOnce done, DecodeOnce(key, row));
    found.push_back(std::move(done));
  }
  return found;
}

absl::Status ForgetOnce(store::Store& store, const std::set<std::string>& kept) {
  return store.Commit([&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const auto all, writer.ListObjects(kOnceKind));
    for (const auto& [key, row] : all) {
      if (kept.contains(key.substr(0, key.find('/')))) continue;
      RETURN_IF_ERROR(writer.DropObject(kOnceKind, key));
    }
    return absl::OkStatus();
  });
}

}  // namespace renkei::feed
