// The tree of iodef_tree.h as XML and as JSON.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "node/base/json.h"
#include "node/base/unseen.h"
#include "node/formats/export_iodef_parts.h"
#include "node/formats/iodef_tree.h"

namespace renkei::formats {
namespace {

// ---- XML -------------------------------------------------------------------------------------

struct XmlWrapper {
  std::string_view child{};
  std::string_view wrapper{};
};
constexpr std::array<XmlWrapper, 4> kXmlWrappers = {
    {{"System", "Flow"},
     {"Indicator", "IndicatorData"},
     {"RecordData", "Record"},
     {"ApplicationHeaderField", "ApplicationHeader"}}};

std::string_view WrapperOf(const IodefNode& parent, std::string_view child) {
  if (parent.name == "Observable") return "";  // holds the classes themselves
  const auto found = std::find_if(kXmlWrappers.begin(), kXmlWrappers.end(),
                                  [child](const XmlWrapper& row) { return row.child == child; });
  return found == kXmlWrappers.end() ? std::string_view() : found->wrapper;
}

void AppendEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out.push_back(c);
    }
  }
}

// A line end in an attribute is read as a space unless it is written as a number.
void AppendXmlAttribute(std::string& out, std::string_view name, std::string_view value) {
  out += fmt::format(" {}{}=\"", name == "lang" ? "xml:" : "", name);
  std::size_t start = 0;
  while (start <= value.size()) {
    const std::size_t end = std::min(value.find_first_of("\n\t", start), value.size());
    AppendEscaped(out, value.substr(start, end - start));
    if (end < value.size()) out += value[end] == '\n' ? "&#10;" : "&#9;";
    start = end + 1;
  }
  out += '"';
}

class XmlWriter {
 public:
  std::string Write(const IodefNode& document) {
    out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    Element(document, 0,
            fmt::format(" xmlns=\"{}\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
                        kIodefNamespace));
    return std::move(out_);
  }

 private:
  void Indent(std::size_t depth) { out_.append(2 * depth, ' '); }

  void Element(const IodefNode& node, std::size_t depth, std::string_view more = "") {
    const bool is_digest = node.name == "DigestMethod" || node.name == "DigestValue";
    const std::string name = is_digest ? "ds:" + node.name : node.name;
    Indent(depth);
    out_ += fmt::format("<{}{}", name, more);
    if (node.name == "DigestMethod") {
      AppendXmlAttribute(out_, "Algorithm", node.text);
      out_ += "/>\n";
      return;
    }
    bool has_elements = false;
    for (const IodefNode& child : node.children) {
      if (IsIodefAttribute(child.name)) {
        AppendXmlAttribute(out_, child.name, child.text);
      } else {
        has_elements = true;
      }
    }
    if (!has_elements && node.text.empty()) {
      out_ += "/>\n";
      return;
    }
    out_ += '>';
    if (has_elements) {
      out_ += '\n';
      Elements(node, depth + 1);
      Indent(depth);
    } else {
      AppendEscaped(out_, node.text);
    }
    out_ += fmt::format("</{}>\n", name);
  }

  void Elements(const IodefNode& node, std::size_t depth) {
    std::string_view open;
    for (const IodefNode& child : node.children) {
      if (IsIodefAttribute(child.name)) continue;
      const std::string_view wrapper = WrapperOf(node, child.name);
      if (wrapper != open) {
        Close(open, depth);
        if (!wrapper.empty()) {
          Indent(depth);
          out_ += fmt::format("<{}>\n", wrapper);
        }
        open = wrapper;
      }
      Element(child, wrapper.empty() ? depth : depth + 1);
    }
    Close(open, depth);
  }

  void Close(std::string_view wrapper, std::size_t depth) {
    if (wrapper.empty()) return;
    Indent(depth);
    out_ += fmt::format("</{}>\n", wrapper);
  }

  std::string out_{};
};

// ---- JSON ------------------------------------------------------------------------------------

// Classes of which RFC 8727 has lists, wherever they stand but in an Observable.
constexpr std::array<std::string_view, 40> kJsonLists = {"Incident",
                                                         "RelatedActivity",
                                                         "Description",
                                                         "Discovery",
                                                         "Assessment",
                                                         "Method",
                                                         "Contact",
                                                         "EventData",
                                                         "Indicator",
                                                         "AdditionalData",
                                                         "ThreatActor",
                                                         "ThreatActorID",
                                                         "Campaign",
                                                         "CampaignID",
                                                         "URL",
                                                         "ContactName",
                                                         "Email",
                                                         "Telephone",
                                                         "Reference",
                                                         "IncidentCategory",
                                                         "System",
                                                         "Expectation",
                                                         "RecordData",
                                                         "NodeRole",
                                                         "Service",
                                                         "DomainData",
                                                         "Address",
                                                         "AttackPhase",
                                                         "AttackPhaseID",
                                                         "RecordItem",
                                                         "FileData",
                                                         "WindowsRegistryKeysModified",
                                                         "File",
                                                         "Key",
                                                         "Hash",
                                                         "FuzzyHash",
                                                         "FuzzyHashValue",
                                                         "HistoryItem",
                                                         "EmailTo",
                                                         "DetectionConfiguration"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kJsonSingle = {
    {{"Email", "EmailTo"},
     {"EventData", "Assessment"},
     {"HistoryItem", "Contact"},
     {"Expectation", "Contact"}}};
constexpr std::array<std::string_view, 5> kJsonNumbers = {"Confidence", "TimeImpact",
                                                          "MonetaryImpact", "Port", "FileSize"};

bool IsJsonList(std::string_view parent, std::string_view child) {
  if (parent == "Observable") return child == "AdditionalData";
  const auto single = std::pair(parent, child);
  return std::find(kJsonLists.begin(), kJsonLists.end(), child) != kJsonLists.end() &&
         std::find(kJsonSingle.begin(), kJsonSingle.end(), single) == kJsonSingle.end();
}

Json JsonScalar(const IodefNode& node) {
  const bool is_number =
      std::find(kJsonNumbers.begin(), kJsonNumbers.end(), node.name) != kJsonNumbers.end();
  std::int64_t number = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, number);
  if (is_number && error == std::errc() && stop == end) return number;
  return node.text;
}

std::string_view JsonTextKey(std::string_view name) {
  return name == "IncidentID" || name == "IndicatorID" ? "id" : "value";
}

Json JsonOf(const IodefNode& node) {
  if (node.children.empty() && !node.text.empty()) return JsonScalar(node);
  Json json = Json::object();
  if (!node.text.empty()) json[std::string(JsonTextKey(node.name))] = JsonScalar(node);
  for (const IodefNode& child : node.children) {
    if (node.name == "Assessment" && child.name.ends_with("Impact")) {
      json["Impact"].push_back({{child.name, JsonOf(child)}});
    } else if (IsJsonList(node.name, child.name)) {
      json[child.name].push_back(JsonOf(child));
    } else {
      json[child.name] = JsonOf(child);
    }
  }
  return json;
}

bool IsLanguage(std::string_view lang) {
  if (lang.empty() || lang.size() > 35) return false;
  std::size_t part = 0;
  bool first = true;
  for (const char c : lang) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == '-') {
      if (part == 0) return false;
      part = 0;
      first = false;
      continue;
    }
    if (!letter && (first || c < '0' || c > '9')) return false;
    if (++part > 8) return false;
  }
  return part > 0;
}

}  // namespace

std::string IodefText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(character.size());
    const auto byte = static_cast<unsigned char>(character.front());
    const char32_t code = length == 0 ? 0 : CodePoint(character);
    if (character == "\r") {
      if (!text.starts_with("\n")) out.push_back('\n');
    } else if ((byte < 0x20 && byte != '\n' && byte != '\t') || length == 0 || code == 0xfffe ||
               code == 0xffff) {
      out.push_back('?');
    } else {
      out += character;
    }
  }
  return std::string(TrimmedText(out));
}

void AddIodefText(IodefNode& parent, std::string_view name, const v1::Text& text) {
  const std::string value = IodefText(text.value());
  if (value.empty()) return;
  IodefNode& node = parent.Add(name, value);
  if (IsLanguage(text.lang())) node.Add("lang", text.lang());
}

std::string WriteIodefXml(const IodefNode& document) { return XmlWriter().Write(document); }

std::string WriteIodefJson(const IodefNode& document) { return ToPrettyText(JsonOf(document)); }

}  // namespace renkei::formats
