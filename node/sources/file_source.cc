// One file at a URL or path, in any format that `renkei publish` takes; it is one item, however
// many records it makes.

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/sources/limits.h"
#include "node/sources/run.h"

namespace renkei::sources {
namespace {

// What a person would call it.
std::string FileName(const Run& run) {
  const std::string place =
      run.reach.is_local() ? run.source.path : std::string(run.reach.url().path);
  const std::string name = place.substr(place.rfind('/') + 1);
  return Printable(name.empty() ? run.source.name : name, kErrorTextBytesMax);
}

}  // namespace

absl::Status RunFile(Run& run) {
  ASSIGN_OR_RETURN(const Reach::Got got, run.reach.Get("", kFileBytesMax, run.state.validators));
  run.taking.counts().listed = 1;
  if (got.same) return absl::OkStatus();
  const std::string digest = HexEncode(crypto::Sha256(got.body).view());
  if (digest != run.state.digest) {
    RETURN_IF_ERROR(run.taking.Take({.key = "file", .name = FileName(run), .payload = got.body}));
    run.state.digest = digest;
  }
  run.state.validators = got.validators;
  return absl::OkStatus();
}

}  // namespace renkei::sources
