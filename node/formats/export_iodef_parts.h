// What the writers of IODEF share.  Private to node/formats.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "node/formats/export_parts.h"
#include "node/formats/iodef_tree.h"

namespace renkei::formats {

// A text as XML can hold it: without characters that it does not allow, and without returns.
std::string IodefText(std::string_view text);
// Adds a text with its language; nothing if it is empty.
void AddIodefText(IodefNode& parent, std::string_view name, const v1::Text& text);

using IodefMembers = std::vector<const v1::Indicator*>;
// Several values as one class (System, FileData, EmailData, registry key); a node without a name if
// IODEF has none for them.
IodefNode IodefNodeOfSeveral(const IodefMembers& members);
// The class for a value; a list of one (BulkObservable) for what has no class.
IodefNode IodefNodeOfOne(const v1::Indicator& one);
// REQUIRES: addresses, networks, names, and ports.
IodefNode IodefSystemNode(const IodefMembers& members);

// The values of a record as classes of IODEF.
class IodefValueWriter {
 public:
  // `ids` are those of the document.
  IodefValueWriter(const HeldRecord& record, std::string_view author, std::set<std::string>& ids,
                   std::vector<LeftOut>& left_out);

  // What may be acted on, each an Indicator.
  std::vector<IodefNode> TakeIndicators() { return std::move(indicators_); }
  // Context: System, RecordData and AdditionalData, in this order; nothing if there is none.
  std::vector<IodefNode> TakeContext();

 private:
  void Write(const IodefMembers& members, const v1::Object* object);
  void WriteSeparately(const IodefMembers& members);
  void WriteIndicator(IodefNode observable, const v1::Indicator& first, const v1::Object* object);
  void WriteContext(IodefNode observable, const v1::Indicator& first, const v1::Object* object);
  void WriteRules();
  std::string NextId(BytesView uuid);

  const HeldRecord& record_;
  std::string author_;
  std::set<std::string>& ids_;
  std::vector<LeftOut>& left_out_;
  std::vector<IodefNode> indicators_{};
  std::vector<IodefNode> systems_{};
  std::vector<IodefNode> records_{};
  std::vector<IodefNode> others_{};
  int next_ = 0;
};

}  // namespace renkei::formats
