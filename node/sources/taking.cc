#include "node/sources/taking.h"

#include "node/base/encoding.h"
#include "node/sources/limits.h"

namespace renkei::sources {

Taking::Taking(const config::SourceConfig& source, Sink& sink, const net::Cancel& cancel,
               std::function<absl::Status()> save)
    : source_(source),
      sink_(sink),
      cancel_(cancel),
      save_(std::move(save)),
      until_(std::chrono::steady_clock::now() + kRunWithin) {}

bool Taking::full() const {
  return taken_ >= source_.events_max || std::chrono::steady_clock::now() >= until_;
}

void Taking::CountUnreadable(std::string_view why) {
  ++counts_.unreadable;
  complaint_ = Printable(why, kErrorTextBytesMax);
}

void Taking::Count(const Taken& taken, const std::string& name) {
  if (taken.left_out > 0) {
    counts_.refused += taken.left_out;
    complaint_ =
        Printable(fmt::format("{}: refused {} of its records: {}", name, taken.left_out, taken.why),
                  kErrorTextBytesMax);
  }
  switch (taken.outcome) {
    case Outcome::kPublished:
      ++counts_.published;
      break;
    case Outcome::kRevised:
      ++counts_.revised;
      break;
    case Outcome::kUnchanged:
      ++counts_.unchanged;
      break;
    case Outcome::kDraft:
    case Outcome::kWaiting:
      ++counts_.drafts;
      break;
    case Outcome::kRefused:
      ++counts_.refused;
      complaint_ = Printable(fmt::format("{}: refused: {}", name, taken.why), kErrorTextBytesMax);
      break;
    case Outcome::kUnreadable:
      CountUnreadable(fmt::format("{}: {}", name, taken.why));
      break;
  }
}

absl::StatusOr<Taken> Taking::Hand(const Item& item) {
  if (cancelled()) return MakeStatus(absl::StatusCode::kCancelled, "the node stops");
  ASSIGN_OR_RETURN(Taken taken, Annotate(sink_.Take(source_, item), item.name));
  Count(taken, item.name);
  ++taken_;
  if (++unsaved_ < kItemsPerSave) return taken;
  unsaved_ = 0;
  RETURN_IF_ERROR(save_());
  return taken;
}

}  // namespace renkei::sources
