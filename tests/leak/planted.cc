#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "tests/leak/corpus.h"
#include "tests/leak/forms.h"

namespace renkei::leak {
namespace {

using Forms = ValueClass::Forms;

constexpr std::array<std::string_view, 6> kPlain = {"plain",    "zero-width", "base64-sentence",
                                                    "html-hex", "hex-spaced", "json-escaped"};
constexpr std::size_t kSecretBytesMin = 6;
constexpr std::size_t kStride = 487;  // has no factor in common with any likely count
constexpr std::array<std::string_view, 3> kGeneralised = {"plain", "full-width", "zero-width"};
// A shape that is broken, mirrored or spelled in other letters has lost what it is known by.
constexpr std::array<std::string_view, 22> kShape = {"plain",
                                                     "full-width",
                                                     "zero-width",
                                                     "soft-hyphen",
                                                     "url",
                                                     "url-twice",
                                                     "json-escaped",
                                                     "hex-escaped",
                                                     "html-decimal",
                                                     "html-hex",
                                                     "quoted-printable",
                                                     "encoded-word",
                                                     "base64",
                                                     "base64-sentence",
                                                     "base64-wrapped",
                                                     "base64-utf16",
                                                     "base64-of-url",
                                                     "base64-twice",
                                                     "hex",
                                                     "hex-spaced",
                                                     "hex-utf16",
                                                     "octal-escaped"};

const Form& FormAt(std::size_t index) {
  const auto& text = TextForms();
  return index < text.size() ? text[index] : AddressForms()[index - text.size()];
}

template <class List>
bool Holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Pairs that have no meaning.
bool MakesSense(const ValueClass& value_class, const Form& form, const std::string& value) {
  if (!FitsValue(form, value)) return false;
  const bool blank = value.find(' ') != std::string::npos;
  const bool is_v6 = value_class.name == "own-address6";
  const bool is_network = value_class.name == "own-network";
  const bool is_account = value_class.name == "own-account";
  if (form.name == "in-query" && blank) return false;
  if (form.name == "in-url" && (is_network || value.find('@') != std::string::npos)) return false;
  if (form.name == "defanged-url" && value.find('@') != std::string::npos) return false;
  // Digits are no letters; an escape that begins with a backslash joins the one of the account.
  const bool letters =
      std::any_of(value.begin(), value.end(), [](char c) { return c >= 'g' && c <= 'z'; });
  if (!letters && (form.name == "rot13" || form.name == "circled-letters" ||
                   form.name == "look-alikes" || form.name == "upper")) {
    return false;
  }
  // A number written from its end is another number.
  if (form.name == "backwards" && (!letters || is_network)) return false;
  if (is_account && (form.name == "concatenated" || form.name == "rot13" ||
                     form.name == "backwards" || form.name == "look-alikes")) {
    return false;
  }
  // ... and a network or IPv6 address in the middle of which a blank stands is two things.
  const bool broken = form.name == "line-break" || form.name == "indented-break";
  return !(broken && (is_v6 || is_network));
}

bool IsFormOf(const ValueClass& value_class, const Form& form) {
  switch (value_class.forms) {
    case Forms::kOwn:
      return true;
    case Forms::kShape:
      return Holds(kShape, form.name) &&
             !(form.name == "full-width" && value_class.name == "private-key");
    case Forms::kGeneralised:
      return Holds(kGeneralised, form.name);
    case Forms::kPlain:
      return Holds(kPlain, form.name);
  }
  return false;
}

std::string Sentence(const std::string& piece, Random& random) {
  constexpr std::array<const char*, 8> kFrames = {
      "We saw {} in the logs of that morning.",
      "The first trace was this: {}",
      "調査の結果、{} が確認された。",
      "担当者によると「{}」とのこと。",
      "{}",
      "Analysis note ({}), see below; the loader is described in the report.",
      "攻撃の痕跡: {} 、詳細は別紙。",
      "name={};\nresult=ok",
  };
  return fmt::format(fmt::runtime(random.Pick(kFrames)), piece);
}

void Place(const std::string& text, Random& random, record::v1::Sections& s) {
  switch (random.Below(7)) {
    case 0:
      s.mutable_indicators()->mutable_indicators(0)->mutable_comment()->set_value(text);
      break;
    case 1: {
      auto& event = *s.mutable_timeline()->add_events();
      event.set_time(1772000000);
      event.mutable_what()->set_value(text);
      break;
    }
    case 2:
      s.mutable_response()->add_actions()->mutable_description()->set_value(text);
      break;
    case 3:
      s.mutable_caveats()->add_texts()->set_value(text);
      break;
    case 4:
      s.mutable_victim()->add_description()->set_value(text);
      break;
    default:
      s.mutable_summary()->mutable_description(0)->set_value(text);
  }
}

}  // namespace

PlantedCorpus::PlantedCorpus(const Team& team) : team_(team) {
  const std::size_t forms = TextForms().size() + AddressForms().size();
  Random random(1);
  for (std::size_t c = 0; c < ValueClasses().size(); ++c) {
    const ValueClass& value_class = ValueClasses()[c];
    for (std::size_t f = 0; f < forms; ++f) {
      // A class has values of several shapes; a form is tried on those that it fits.
      bool fits = false;
      for (int i = 0; i < 8 && !fits; ++i) {
        fits = MakesSense(value_class, FormAt(f), value_class.make(team, random).text);
      }
      if (fits && IsFormOf(value_class, FormAt(f))) pairs_.push_back({c, f});
    }
  }
}

Planted PlantedCorpus::Make(std::size_t index, Random& random) const {
  // A short run still has some of every class.
  const Pair& pair = pairs_[index * kStride % pairs_.size()];
  const ValueClass& value_class = ValueClasses()[pair.value_class];
  const Form& form = FormAt(pair.form);
  Planted planted;
  Value value;
  do {
    value = value_class.make(team_, random);
  } while (!MakesSense(value_class, form, value.text));
  planted.form = fmt::format("{}/{}", value_class.name, form.name);
  planted.piece = form.apply(value.text);
  planted.secrets = value.secrets;
  planted.draft.header.kind = policy::Kind::kIncident;
  auto& s = planted.draft.sections;
  s.mutable_summary()->add_title()->set_value("Loader seen after a phishing wave");
  s.mutable_summary()->add_description()->set_value("A loader was delivered by mail.");
  auto& indicator = *s.mutable_indicators()->add_indicators();
  indicator.set_type(record::v1::INDICATOR_TYPE_SHA256);
  indicator.set_value(random.Hex(64));
  indicator.set_actionable(true);
  Place(Sentence(planted.piece, random), random, s);
  return planted;
}

bool StillHolds(const Planted& planted, const std::string& bytes) {
  if (bytes.find(planted.piece) != std::string::npos) return true;
  for (const std::string& secret : planted.secrets) {
    // A few digits stand somewhere in every hash.
    if (secret.size() < kSecretBytesMin) continue;
    for (const Form& form : TextForms()) {
      if (bytes.find(form.apply(secret)) != std::string::npos) return true;
    }
  }
  return false;
}

}  // namespace renkei::leak
