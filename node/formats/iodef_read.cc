// XML and JSON into the tree of iodef_tree.h.
#include <algorithm>
#include <array>
#include <map>

#include <pugixml.hpp>

#include "node/base/encoding.h"
#include "node/formats/iodef_tree.h"
#include "node/formats/json_place.h"
#include "node/formats/xml_flaw.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kVersion1 =
    "IODEF version 1 is not read, only version 2 (RFC 7970, RFC 8727); ask the sender for that";
// Classes that RFC 8727 leaves out.
constexpr std::array<std::string_view, 5> kWrappers = {"Flow", "IndicatorData", "Record",
                                                       "ApplicationHeader", "SignatureData"};
// What one document holds once in each of its parents.
constexpr std::array<std::string_view, 17> kOnce = {
    "IncidentID",         "AlternativeID", "DetectTime",     "StartTime", "EndTime",
    "RecoveryTime",       "ReportTime",    "GenerationTime", "History",   "IndicatorID",
    "Observable",         "Node",          "HashData",       "FileName",  "KeyName",
    "BulkObservableList", "DigestValue"};
// ... but for these.
constexpr std::array<std::string_view, 5> kMayRepeat = {"AlternativeID", "RelatedActivity",
                                                        "AlternativeIndicatorID",
                                                        "IndicatorExpression", "EmailData"};

template <class List>
bool HoldsWord(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Takes a wrapper's children into `into`, with its restriction where they have none of their own.
void Unwrap(IodefNode wrapper, IodefNode& into) {
  std::vector<IodefNode> restrictions;
  for (const IodefNode& child : wrapper.children) {
    if (child.name == "restriction" || child.name == "ext-restriction") {
      restrictions.push_back(child);
    }
  }
  for (IodefNode& child : wrapper.children) {
    if (IsIodefAttribute(child.name)) continue;
    if (child.Find("restriction") == nullptr) {
      child.children.insert(child.children.end(), restrictions.begin(), restrictions.end());
    }
    into.children.push_back(std::move(child));
  }
}

// Parents and places, once nothing moves any more.
absl::Status LinkTree(IodefNode& node) {
  std::map<std::string_view, std::uint32_t> counts;
  for (const IodefNode& child : node.children) ++counts[child.name];
  std::map<std::string_view, std::uint32_t> seen;
  for (IodefNode& child : node.children) {
    child.parent = &node;
    child.index = seen[child.name]++;
    child.listed = counts[child.name] > 1 || (node.parent == nullptr && child.name == "Incident");
    const bool once = IsIodefAttribute(child.name) || HoldsWord(kOnce, child.name);
    if (once && child.index > 0 && !HoldsWord(kMayRepeat, node.name)) {
      return InvalidArgument(fmt::format("`{}`: `{}` stands twice", Printable(node.path(), 200),
                                         Printable(child.name, 40)));
    }
    RETURN_IF_ERROR(LinkTree(child));
  }
  return absl::OkStatus();
}

// ---- XML -------------------------------------------------------------------------------------

std::string_view LocalName(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

void ReadXmlAttributes(const pugi::xml_node& xml, IodefNode& node) {
  for (const pugi::xml_attribute& attribute : xml.attributes()) {
    const std::string_view name = attribute.name();
    if (name == "xmlns" || name.starts_with("xmlns:") || name.starts_with("xsi:")) continue;
    const std::string_view local = LocalName(name);
    if (node.name == "DigestMethod" && local == "Algorithm") {
      node.text = TrimmedText(attribute.value());
      continue;
    }
    node.Add(local, TrimmedText(attribute.value()));
  }
}

// XML of anybody's own inside: it is not ours to read, only to say that it was there.
bool IsOpaque(std::string_view name) {
  return name == "AdditionalData" || name == "RecordItem" || name == "SoftwareReference" ||
         name == "ApplicationHeaderField" || name == "RawData";
}

// Depth is bounded by FindXmlFlaw.
void ReadXmlNode(const pugi::xml_node& xml, IodefNode& node) {
  node.name = LocalName(xml.name());
  ReadXmlAttributes(xml, node);
  std::string text;
  std::uint64_t foreign = 0;
  for (const pugi::xml_node& child : xml.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      text += child.value();
    } else if (child.type() == pugi::node_element && IsOpaque(node.name)) {
      ++foreign;
    } else if (child.type() == pugi::node_element) {
      IodefNode read;
      ReadXmlNode(child, read);
      if (HoldsWord(kWrappers, read.name)) {
        Unwrap(std::move(read), node);
      } else {
        node.children.push_back(std::move(read));
      }
    }
  }
  if (foreign > 0) node.Add("xml", fmt::format("{} elements", foreign));
  if (node.text.empty()) node.text = TrimmedText(text);
}

// What the root says it is.
absl::Status CheckXmlRoot(const pugi::xml_node& root) {
  const std::string_view name = root.name();
  if (LocalName(name) != kIodefTop) {
    return InvalidArgument(
        fmt::format("`{}`: not an IODEF document, the only XML that is read (`{}`)",
                    Printable(name, 80), kIodefTop));
  }
  const std::size_t colon = name.find(':');
  const std::string key =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  const std::string_view space = root.attribute(key.c_str()).value();
  const std::string_view version = root.attribute("version").value();
  if (space == "urn:ietf:params:xml:ns:iodef-1.0" || version.starts_with("1")) {
    return FailedPrecondition(kVersion1);
  }
  if (space != kIodefNamespace) {
    return InvalidArgument(fmt::format("`{}`: its namespace is `{}`, expected `{}`",
                                       Printable(name, 80), Printable(space, 80), kIodefNamespace));
  }
  if (!version.empty() && version != "2.00" && version != "2.0") {
    return FailedPrecondition(
        fmt::format("IODEF version `{}` is not read, only version 2", Printable(version, 20)));
  }
  return absl::OkStatus();
}

absl::Status CheckXmlBytes(BytesView xml, const JsonLimits& limits) {
  if (xml.size() > limits.bytes_max) {
    return ResourceExhausted(fmt::format("the file has {} bytes, more than the {} allowed",
                                         xml.size(), limits.bytes_max));
  }
  if (!IsUtf8(xml)) return InvalidArgument("the file is not UTF-8");
  const auto flaw = FindXmlFlaw(xml, {.depth_max = limits.depth_max, .nodes_max = kIodefNodesMax});
  if (!flaw) return absl::OkStatus();
  const std::string what = fmt::format("{}: {}", PlaceInText(xml, flaw->offset), flaw->what);
  return flaw->too_large ? ResourceExhausted(what) : InvalidArgument(what);
}

// ---- JSON ------------------------------------------------------------------------------------

// The key under which JSON keeps what is the text of an element in XML.
std::string_view TextKey(std::string_view name) {
  if (name == "IncidentID" || name == "IndicatorID") return "id";
  if (name == "RegistryHandle") return "handle";
  return "value";
}

class IodefJsonTree {
 public:
  absl::Status Read(const JsonNode& json, IodefNode& node) {
    if (++nodes_ > kIodefNodesMax) {
      return ResourceExhausted(fmt::format("more than {} values in the document", kIodefNodesMax));
    }
    if (!json.IsObject()) {
      ASSIGN_OR_RETURN(const std::string text, json.LooseText());
      node.text = TrimmedText(text);
      return absl::OkStatus();
    }
    return json.ForEachMember([&](std::string_view key, const JsonNode& member) -> absl::Status {
      if (member.IsArray()) {
        return member.ForEachItem(
            [&](const JsonNode& item) { return ReadMember(key, item, node); });
      }
      return ReadMember(key, member, node);
    });
  }

 private:
  absl::Status ReadMember(std::string_view key, const JsonNode& member, IodefNode& node) {
    if (member.IsVoid()) return absl::OkStatus();
    if (key == TextKey(node.name) && !member.IsObject()) {
      ASSIGN_OR_RETURN(const std::string text, member.LooseText());
      node.text = TrimmedText(text);
      return absl::OkStatus();
    }
    IodefNode child;
    child.name = key == "NameServers" ? "Nameservers" : std::string(key);
    RETURN_IF_ERROR(Read(member, child));
    if (key == "Impact" || HoldsWord(kWrappers, key)) {
      Unwrap(std::move(child), node);
    } else {
      node.children.push_back(std::move(child));
    }
    return absl::OkStatus();
  }

  std::size_t nodes_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<IodefNode>> ReadIodefXml(BytesView xml, const JsonLimits& limits) {
  if (xml.starts_with("\xef\xbb\xbf")) xml.remove_prefix(3);
  RETURN_IF_ERROR(CheckXmlBytes(xml, limits));
  pugi::xml_document parsed;
  const pugi::xml_parse_result result =
      parsed.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    return InvalidArgument(fmt::format("{}: {}",
                                       PlaceInText(xml, static_cast<std::size_t>(result.offset)),
                                       AsciiLower(result.description())));
  }
  const pugi::xml_node root = parsed.document_element();
  RETURN_IF_ERROR(CheckXmlRoot(root));
  auto document = std::make_unique<IodefNode>();
  ReadXmlNode(root, *document);
  RETURN_IF_ERROR(LinkTree(*document));
  return document;
}

bool LooksLikeIodef(const JsonNode& top) {
  return top.IsObject() && top.Find("Incident") && !top.Find("renkei");
}

absl::StatusOr<std::unique_ptr<IodefNode>> ReadIodefJson(const JsonDocument& json) {
  const JsonNode top = json.top();
  if (!LooksLikeIodef(top)) return top.WrongType("an IODEF document (`Incident`)");
  if (const auto version = top.Find("version")) {
    ASSIGN_OR_RETURN(const std::string said, version->LooseText());
    if (said.starts_with("1")) return FailedPrecondition(kVersion1);
    if (said != "2.0" && said != "2.00" && said != "2") {
      return FailedPrecondition(
          fmt::format("IODEF version `{}` is not read, only version 2", Printable(said, 20)));
    }
  }
  auto document = std::make_unique<IodefNode>();
  document->name = kIodefTop;
  RETURN_IF_ERROR(IodefJsonTree().Read(top, *document));
  RETURN_IF_ERROR(LinkTree(*document));
  return document;
}

}  // namespace renkei::formats
