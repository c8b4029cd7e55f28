#include "node/formats/iodef_tree.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"

namespace renkei::formats {
namespace {

void AppendSized(Bytes& out, std::string_view text) {
  const std::uint64_t size = text.size();
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(size >> shift));
  out += text;
}

// Says nothing: XML can write that, JSON leaves it out.
bool IsVoidNode(const IodefNode& node) {
  return node.text.empty() && std::all_of(node.children.begin(), node.children.end(), IsVoidNode);
}

// Depth is that of the file, which is bounded.
void AppendForDigest(const IodefNode& node, const IodefNode* but, Bytes& out) {
  AppendSized(out, node.name);
  AppendSized(out, node.text);
  std::vector<const IodefNode*> children;
  for (const IodefNode& child : node.children) {
    if (&child != but && !IsVoidNode(child)) children.push_back(&child);
  }
  std::stable_sort(children.begin(), children.end(),
                   [](const IodefNode* a, const IodefNode* b) { return a->name < b->name; });
  AppendSized(out, std::to_string(children.size()));
  for (const IodefNode* child : children) AppendForDigest(*child, but, out);
}

}  // namespace

bool IsIodefAttribute(std::string_view name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z';
}

std::string_view TrimmedText(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

const IodefNode* IodefNode::Find(std::string_view child) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [child](const IodefNode& node) { return node.name == child; });
  return found == children.end() ? nullptr : &*found;
}

std::string_view IodefNode::TextOf(std::string_view child) const {
  const IodefNode* found = Find(child);
  return found == nullptr ? std::string_view() : found->text;
}

IodefNode& IodefNode::Add(std::string_view child, std::string_view value) {
  IodefNode& node = children.emplace_back();
  node.name = child;
  node.text = value;
  return node;
}

void IodefNode::AddUnlessEmpty(std::string_view child, std::string_view value) {
  if (!value.empty()) Add(child, value);
}

std::string IodefNode::path() const {
  if (parent == nullptr || parent->parent == nullptr) {
    return listed ? fmt::format("{}[{}]", name, index) : name;
  }
  const std::string here = listed ? fmt::format("{}[{}]", name, index) : name;
  return fmt::format("{}.{}", parent->path(), here);
}

std::string IodefDigestHex(const IodefNode& node, const IodefNode* but) {
  Bytes bytes;
  AppendForDigest(node, but, bytes);
  return HexEncode(crypto::Sha256({bytes}).view());
}

}  // namespace renkei::formats
