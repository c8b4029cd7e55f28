// One class of IODEF for one value, or for several that belong together.
#include <algorithm>

#include "node/base/encoding.h"
#include "node/formats/export_iodef_parts.h"
#include "node/formats/iodef_words.h"
#include "node/record/indicator_value.h"

namespace renkei::formats {
namespace {

using Type = v1::IndicatorType;

// A class without its value is none.
std::string IodefValueText(const v1::Indicator& one) {
  std::string text = IodefText(one.value());
  return text.empty() ? "?" : text;
}

// JSON has numbers without leading zeros.
bool IsNumber(std::string_view text, std::size_t digits_max) {
  return !text.empty() && text.size() <= digits_max && (text == "0" || text.front() != '0') &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool IsHostType(Type type) {
  return type == v1::INDICATOR_TYPE_DOMAIN || type == v1::INDICATOR_TYPE_HOSTNAME;
}

bool IsAddressType(Type type) {
  return type >= v1::INDICATOR_TYPE_IPV4 && type <= v1::INDICATOR_TYPE_IPV6_NET;
}

bool IsHashType(Type type) {
  return !HashAlgorithmOf(type).empty() || type == v1::INDICATOR_TYPE_IMPHASH ||
         type == v1::INDICATOR_TYPE_SSDEEP || type == v1::INDICATOR_TYPE_TLSH;
}

// What the class can say of this value, and the reader would take for the same.
bool FitsFile(const v1::Indicator& one) {
  switch (one.type()) {
    case v1::INDICATOR_TYPE_FILE_NAME:
      return one.value().find_first_of("/\\") == std::string::npos;
    case v1::INDICATOR_TYPE_FILE_PATH:
      return one.value().find_first_of("/\\") != std::string::npos;
    case v1::INDICATOR_TYPE_FILE_SIZE:
      return IsNumber(one.value(), 18);
    case v1::INDICATOR_TYPE_MIME_TYPE:
      return true;
    default:
      return IsHashType(one.type()) && record::CanonicalValue(one.type(), one.value());
  }
}

bool FitsSystem(const v1::Indicator& one) {
  if (one.type() == v1::INDICATOR_TYPE_PORT) return IsNumber(one.value(), 5);
  return (IsHostType(one.type()) || IsAddressType(one.type())) &&
         record::CanonicalValue(one.type(), one.value()).has_value();
}

bool FitsMail(const v1::Indicator& one) {
  return one.type() == v1::INDICATOR_TYPE_EMAIL || one.type() == v1::INDICATOR_TYPE_EMAIL_SUBJECT;
}

bool FitsKey(const v1::Indicator& one) {
  return one.type() == v1::INDICATOR_TYPE_REGISTRY_KEY ||
         one.type() == v1::INDICATOR_TYPE_REGISTRY_VALUE;
}

void AddAddressNode(IodefNode& parent, const v1::Indicator& one) {
  IodefNode& address = parent.Add("Address", IodefValueText(one));
  address.Add("category", IodefWordOf(IodefAddressTypes(), one.type()));
}

void AddDomainNode(IodefNode& parent, const v1::Indicator& one) {
  IodefNode& domain = parent.Add("DomainData");
  domain.Add("system-status", "unknown");
  domain.Add("domain-status", "unknown");
  domain.Add("Name", IodefValueText(one));
}

void AddHashNode(IodefNode& parent, const v1::Indicator& one) {
  const Type as = one.type() == v1::INDICATOR_TYPE_IMPHASH ? v1::INDICATOR_TYPE_MD5 : one.type();
  IodefNode& hash = parent.Add("Hash");
  hash.Add("DigestMethod", HashAlgorithmOf(as));
  hash.Add("DigestValue",
           Base64Encode(HexDecode(*record::CanonicalValue(one.type(), one.value())).value_or("")));
}

IodefNode FileNode(const std::vector<const v1::Indicator*>& members) {
  IodefNode data;
  data.name = "FileData";
  IodefNode& file = data.Add("File");
  constexpr std::pair<std::string_view, Type> kFacts[] = {
      {"FileName", v1::INDICATOR_TYPE_FILE_NAME},
      {"FileName", v1::INDICATOR_TYPE_FILE_PATH},
      {"FileSize", v1::INDICATOR_TYPE_FILE_SIZE},
      {"FileType", v1::INDICATOR_TYPE_MIME_TYPE}};
  for (const auto& [name, type] : kFacts) {
    for (const v1::Indicator* one : members) {
      if (one->type() == type) file.Add(name, IodefValueText(*one));
    }
  }
  IodefNode hashes;
  hashes.name = "HashData";
  const bool imphash = std::any_of(members.begin(), members.end(), [](const v1::Indicator* one) {
    return one->type() == v1::INDICATOR_TYPE_IMPHASH;
  });
  hashes.Add("scope", imphash ? "file-pe-iat" : "file-contents");
  for (const v1::Indicator* one : members) {
    const bool fuzzy =
        one->type() == v1::INDICATOR_TYPE_SSDEEP || one->type() == v1::INDICATOR_TYPE_TLSH;
    if (IsHashType(one->type()) && !fuzzy) AddHashNode(hashes, *one);
  }
  for (const v1::Indicator* one : members) {
    if (one->type() != v1::INDICATOR_TYPE_SSDEEP && one->type() != v1::INDICATOR_TYPE_TLSH) {
      continue;
    }
    hashes.Add("FuzzyHash").Add("FuzzyHashValue", IodefValueText(*one)).Add("dtype", "string");
  }
  if (hashes.children.size() > 1) file.children.push_back(std::move(hashes));
  return data;
}

IodefNode MailNode(const std::vector<const v1::Indicator*>& members) {
  IodefNode mail;
  mail.name = "EmailData";
  for (const v1::Indicator* one : members) {
    if (one->type() == v1::INDICATOR_TYPE_EMAIL && one->role() == v1::ROLE_TARGET) {
      mail.Add("EmailTo", IodefValueText(*one));
    }
  }
  for (const v1::Indicator* one : members) {
    if (one->type() == v1::INDICATOR_TYPE_EMAIL && one->role() != v1::ROLE_TARGET) {
      mail.Add("EmailFrom", IodefValueText(*one));
    }
  }
  for (const v1::Indicator* one : members) {
    if (one->type() == v1::INDICATOR_TYPE_EMAIL_SUBJECT) {
      mail.Add("EmailSubject", IodefValueText(*one));
    }
  }
  return mail;
}

IodefNode KeyNode(const std::vector<const v1::Indicator*>& members) {
  IodefNode keys;
  keys.name = "WindowsRegistryKeysModified";
  IodefNode& key = keys.Add("Key");
  for (const Type type : {v1::INDICATOR_TYPE_REGISTRY_KEY, v1::INDICATOR_TYPE_REGISTRY_VALUE}) {
    for (const v1::Indicator* one : members) {
      if (one->type() != type) continue;
      key.Add(type == v1::INDICATOR_TYPE_REGISTRY_KEY ? "KeyName" : "KeyValue",
              IodefValueText(*one));
    }
  }
  return keys;
}

// A list of one, for what has no class of its own.
IodefNode BulkNode(const v1::Indicator& one) {
  IodefNode bulk;
  const std::string value = IodefValueText(one);
  const std::string own = IndicatorWord(one.type());
  if (value.find('\n') != std::string::npos) {
    bulk.name = "AdditionalData";
    bulk.text = value;
    bulk.Add("name", own);
    bulk.Add("dtype", "string");
    return bulk;
  }
  bulk.name = "BulkObservable";
  const std::string_view word = IodefWordOf(IodefBulkTypes(), one.type());
  // RFC 8727 has another word for `http-request-uri`; and which hash is said by its length alone.
  const bool known = !word.empty() && one.type() != v1::INDICATOR_TYPE_OTHER_HASH &&
                     one.type() != v1::INDICATOR_TYPE_URI_PATH;
  bulk.Add("type", known ? word : "ext-value");
  if (!known) bulk.Add("ext-type", own);
  bulk.Add("BulkObservableList", value);
  return bulk;
}

int CountOfType(const std::vector<const v1::Indicator*>& members, Type type) {
  return static_cast<int>(
      std::count_if(members.begin(), members.end(),
                    [type](const v1::Indicator* one) { return one->type() == type; }));
}

template <class Fits>
bool AllFit(const std::vector<const v1::Indicator*>& members, const Fits& fits) {
  return std::all_of(members.begin(), members.end(),
                     [&](const v1::Indicator* one) { return fits(*one); });
}

}  // namespace

IodefNode IodefSystemNode(const std::vector<const v1::Indicator*>& members) {
  IodefNode system;
  system.name = "System";
  for (const v1::Indicator* one : members) {
    const std::string_view category = SystemCategoryOf(one->role());
    if (category.empty() || system.Find("category") != nullptr) continue;
    system.Add("category", category);
  }
  IodefNode node;
  node.name = "Node";
  for (const v1::Indicator* one : members) {
    if (IsHostType(one->type())) AddDomainNode(node, *one);
    if (IsAddressType(one->type())) AddAddressNode(node, *one);
  }
  system.children.push_back(std::move(node));
  for (const v1::Indicator* one : members) {
    const std::string_view role = NodeRoleOf(one->role());
    if (role.empty() || system.Find("NodeRole") != nullptr) continue;
    system.Add("NodeRole").Add("category", role);
  }
  for (const v1::Indicator* one : members) {
    if (one->type() == v1::INDICATOR_TYPE_PORT) system.Add("Service").Add("Port", one->value());
  }
  return system;
}

IodefNode IodefNodeOfSeveral(const std::vector<const v1::Indicator*>& members) {
  const auto at_most_one = [&](Type type) { return CountOfType(members, type) <= 1; };
  const bool has_place = std::any_of(members.begin(), members.end(), [](const auto* one) {
    return one->type() != v1::INDICATOR_TYPE_PORT;
  });
  if (AllFit(members, FitsSystem) && has_place) return IodefSystemNode(members);
  const int names = CountOfType(members, v1::INDICATOR_TYPE_FILE_NAME) +
                    CountOfType(members, v1::INDICATOR_TYPE_FILE_PATH);
  if (AllFit(members, FitsFile) && names <= 1 && at_most_one(v1::INDICATOR_TYPE_FILE_SIZE) &&
      at_most_one(v1::INDICATOR_TYPE_MIME_TYPE) &&
      CountOfType(members, v1::INDICATOR_TYPE_IMPHASH) == 0) {
    return FileNode(members);
  }
  if (AllFit(members, FitsKey) && CountOfType(members, v1::INDICATOR_TYPE_REGISTRY_KEY) == 1 &&
      at_most_one(v1::INDICATOR_TYPE_REGISTRY_VALUE)) {
    return KeyNode(members);
  }
  const auto senders = std::count_if(members.begin(), members.end(), [](const auto* one) {
    return one->type() == v1::INDICATOR_TYPE_EMAIL && one->role() != v1::ROLE_TARGET;
  });
  if (AllFit(members, FitsMail) && senders <= 1 && at_most_one(v1::INDICATOR_TYPE_EMAIL_SUBJECT)) {
    return MailNode(members);
  }
  return {};
}

IodefNode IodefNodeOfOne(const v1::Indicator& one) {
  const std::vector<const v1::Indicator*> alone = {&one};
  const bool fits = record::CanonicalValue(one.type(), one.value()).has_value();
  if (!fits || one.type() == v1::INDICATOR_TYPE_OTHER) return BulkNode(one);
  if (IsHostType(one.type()) || IsAddressType(one.type())) {
    if (!SystemCategoryOf(one.role()).empty()) return IodefSystemNode(alone);
    IodefNode holder;
    if (IsHostType(one.type())) {
      AddDomainNode(holder, one);
    } else {
      AddAddressNode(holder, one);
    }
    return std::move(holder.children.front());
  }
  if (FitsFile(one)) return FileNode(alone);
  if (one.type() == v1::INDICATOR_TYPE_REGISTRY_KEY) return KeyNode(alone);
  const bool directed = one.role() == v1::ROLE_SOURCE || one.role() == v1::ROLE_TARGET;
  if (one.type() == v1::INDICATOR_TYPE_EMAIL_SUBJECT ||
      (one.type() == v1::INDICATOR_TYPE_EMAIL && directed)) {
    return MailNode(alone);
  }
  if (!IodefWordOf(IodefAddressTypes(), one.type()).empty()) {
    IodefNode holder;
    AddAddressNode(holder, one);
    return std::move(holder.children.front());
  }
  if (one.type() == v1::INDICATOR_TYPE_PORT && IsNumber(one.value(), 5)) {
    IodefNode service;
    service.name = "Service";
    service.Add("Port", one.value());
    return service;
  }
  return BulkNode(one);
}

}  // namespace renkei::formats
