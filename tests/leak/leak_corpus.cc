// Measures the gate on a corpus: how many planted leaks it stops, how many clean records it
// refuses, and how fast the lint reads.
//
// leak_corpus [--seed N] [--records N] [--json] [--check] [--misses N] [--rounds N] [--findings]
// --check: exit status 1 unless recall and false alarms meet the aims.  Speed is never checked.
// --findings: writes every finding of the lint to standard error, of the drafts as they were handed
// in and as they would leave, so that two versions of it can be compared line by line.
#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <iostream>
#include <map>

#include <fmt/format.h>

#include "node/anonymize/gate.h"
#include "node/base/json.h"
#include "tests/leak/corpus.h"

namespace renkei::leak {
namespace {

constexpr double kRecallMin = 0.995;
constexpr double kFalseAlarmsMax = 0.01;
constexpr std::size_t kTextBytes = 32 * 1024;  // of a text on which speed is measured
constexpr std::size_t kTextsMax = 400;

struct Options {
  std::uint64_t seed = 1;
  std::size_t records = 10'000;
  bool json = false;
  bool check = false;
  bool findings = false;
  std::size_t misses = 20;  // shown
  std::size_t rounds = 3;   // over all texts; the fastest counts, as others share the machine
};

struct Tally {
  std::size_t planted = 0;
  std::size_t caught = 0;
};

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::string Joined(const record::AnonymizedDraft::EncodedSections& sections) {
  std::string bytes;
  for (const auto& section : sections) {
    if (section) bytes.append(*section).push_back('\n');
  }
  return bytes;
}

class Measurement {
 public:
  explicit Measurement(const Options& options)
      : options_(options),
        random_(options.seed),
        team_(MakeTeam(random_)),
        planted_(team_),
        gate_(team_.assets),
        own_(team_.assets),
        lint_(own_) {}

  void Run() {
    for (std::size_t i = 0; i < options_.records; ++i) RunPlanted(i);
    for (std::size_t i = 0; i < options_.records; ++i) RunClean();
    RunTexts();
  }

  double recall() const { return Rate(caught_, options_.records); }
  double false_alarm_rate() const { return Rate(false_alarms_, options_.records); }

  Json ToJson() const {
    Json forms = Json::object();
    for (const auto& [form, tally] : forms_) {
      forms[form] = {{"planted", tally.planted},
                     {"caught", tally.caught},
                     {"recall", Rate(tally.caught, tally.planted)}};
    }
    Json rules = Json::object();
    for (const auto& [rule, count] : clean_rules_) rules[rule] = count;
    return {{"seed", options_.seed},
            {"records", options_.records},
            {"form_count", planted_.form_count()},
            {"recall", recall()},
            {"false_alarm_rate", false_alarm_rate()},
            {"warned_rate", Rate(warned_, options_.records)},
            {"changed_rate", Rate(changed_, options_.records)},
            {"mb_per_s", text_speed()},
            {"bare_mb_per_s", Speed(text_bytes_, bare_seconds_)},
            {"records_mb_per_s", Speed(bytes_, seconds_)},
            {"gate_mb_per_s", Speed(bytes_, gate_seconds_)},
            {"mb", static_cast<double>(text_bytes_) / 1e6},
            {"clean_findings", std::move(rules)},
            {"forms", std::move(forms)}};
  }

  void Print() const {
    for (const std::string& miss : misses_) std::cout << "missed: " << miss << "\n";
    for (const auto& [rule, count] : clean_rules_) {
      std::cout << fmt::format("on clean records: {} {}\n", rule, count);
    }
    for (const auto& [form, tally] : forms_) {
      if (tally.caught == tally.planted) continue;
      std::cout << fmt::format("  {:<36} {:>5} of {:>5}\n", form, tally.caught, tally.planted);
    }
    std::cout << fmt::format(
        "recall            {:.4f} over {} forms\nfalse_alarm_rate  {:.4f}\nwarned_rate       "
        "{:.4f}\nchanged_rate      {:.4f}\nmb_per_s          {:.1f} (bare loop {:.0f}; record by "
        "record: lint {:.1f}, "
        "gate {:.1f})\n",
        recall(), planted_.form_count(), false_alarm_rate(), Rate(warned_, options_.records),
        Rate(changed_, options_.records), text_speed(), Speed(text_bytes_, bare_seconds_),
        Speed(bytes_, seconds_), Speed(bytes_, gate_seconds_));
  }

 private:
  static double Rate(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }

  static double Speed(std::size_t bytes, double seconds) {
    return seconds > 0 ? static_cast<double>(bytes) / 1e6 / seconds : 0;
  }
  double text_speed() const { return Speed(text_bytes_, text_seconds_); }

  // The lint's speed over text: what stands in the clean records, in texts of the length that
  // reports and logs have, so that the parts of a record's form don't count.
  void Collect(const record::v1::Sections& sections) {
    record::VisitTexts(sections, [&](const record::TextPlace&, const std::string& text) {
      if (texts_.size() >= kTextsMax) return;
      if (texts_.empty() || texts_.back().size() + text.size() > kTextBytes) texts_.emplace_back();
      texts_.back().append(text).push_back('\n');
    });
  }
  void RunTexts() {
    std::vector<record::AnonymizedDraft::EncodedSections> drafts;
    for (const std::string& text : texts_) {
      record::v1::Sections sections;
      sections.mutable_summary()->add_description()->set_value(text);
      drafts.emplace_back()[static_cast<std::size_t>(policy::SectionId::kSummary)] =
          record::EncodeSection(sections, policy::SectionId::kSummary);
      text_bytes_ += text.size();
      if (options_.findings) Show(lint_.Check({}, drafts.back()));
    }
    for (std::size_t round = 0; round < options_.rounds; ++round) {
      const double started = CpuSeconds();
      for (const auto& draft : drafts) finding_count_ += lint_.Check({}, draft).size();
      Keep(CpuSeconds() - started, text_seconds_);
      RunBare();
    }
  }

  // What this machine does in this moment if each byte is looked up in one table, and no more.
  void RunBare() {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<std::uint8_t>(i * 7);
    const double started = CpuSeconds();
    std::uint8_t state = 0;
    for (const std::string& text : texts_) {
      for (const char c : text) state = table[state ^ static_cast<unsigned char>(c)];
    }
    finding_count_ += state == 1 ? 1 : 0;  // so that the loop is not left out
    Keep(CpuSeconds() - started, bare_seconds_);
  }

  static void Keep(double seconds, double& least) {
    least = least == 0 ? seconds : std::min(least, seconds);
  }

  static void Show(const std::vector<anonymize::Finding>& findings) {
    for (const auto& finding : findings) std::cerr << ToString(finding) << "\n";
    std::cerr << "--\n";
  }

  static record::AnonymizedDraft::EncodedSections Encode(const record::v1::Sections& sections) {
    record::AnonymizedDraft::EncodedSections encoded;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      encoded[i] = record::EncodeSection(sections, static_cast<policy::SectionId>(i));
    }
    return encoded;
  }

  anonymize::GateResult Ask(const record::Draft& draft) {
    const double before = CpuSeconds();
    auto result = gate_.Anonymize(draft);
    gate_seconds_ += CpuSeconds() - before;
    if (!result.ok()) {
      std::cerr << "leak_corpus: a draft is broken: " << Message(result.status()) << "\n";
      std::exit(1);
    }
    // The lint alone, over the bytes as they would leave.
    const record::AnonymizedDraft::EncodedSections encoded = Encode(result->sections);
    for (const auto& section : encoded) bytes_ += section ? section->size() : 0;
    const double started = CpuSeconds();
    const auto findings = lint_.Check(draft.header, encoded);
    seconds_ += CpuSeconds() - started;
    if (options_.findings) {
      Show(findings);
      Show(lint_.Check(draft.header, Encode(draft.sections)));
    }
    return *std::move(result);
  }

  void RunPlanted(std::size_t index) {
    const Planted planted = planted_.Make(index, random_);
    const anonymize::GateResult result = Ask(planted.draft);
    const bool caught = !result.draft || !StillHolds(planted, Joined(result.draft->sections()));
    Tally& tally = forms_[planted.form];
    ++tally.planted;
    tally.caught += caught ? 1 : 0;
    caught_ += caught ? 1 : 0;
    if (!caught && misses_.size() < options_.misses) {
      misses_.push_back(planted.form + ": " + planted.piece);
    }
  }

  void RunClean() {
    const record::Draft draft = MakeClean(random_);
    Collect(draft.sections);
    const anonymize::GateResult result = Ask(draft);
    false_alarms_ += result.draft ? 0 : 1;
    warned_ += result.draft && !result.findings.empty() ? 1 : 0;
    changed_ += result.replacements.empty() ? 0 : 1;
    for (const auto& finding : result.findings) ++clean_rules_[finding.rule];
    for (const auto& one : result.replacements) ++clean_rules_["replaced " + one.before];
  }

  const Options options_;
  Random random_;
  const Team team_;
  const PlantedCorpus planted_;
  const anonymize::Gate gate_;
  const anonymize::OwnAssets own_;
  const anonymize::LeakLint lint_;
  std::map<std::string, Tally> forms_{};
  std::map<std::string, std::size_t> clean_rules_{};
  std::vector<std::string> misses_{};
  std::size_t caught_ = 0;
  std::size_t false_alarms_ = 0;
  std::size_t warned_ = 0;
  std::size_t changed_ = 0;
  std::vector<std::string> texts_{};
  std::size_t text_bytes_ = 0;
  double text_seconds_ = 0;
  double bare_seconds_ = 0;
  std::size_t finding_count_ = 0;
  std::size_t bytes_ = 0;
  double seconds_ = 0;
  double gate_seconds_ = 0;
};

template <class Number>
bool ReadNumber(int argc, char** argv, int& at, Number& number) {
  if (++at >= argc) return false;
  const std::string_view text = argv[at];
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

int Main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    bool ok = true;
    if (word == "--json") {
      options.json = true;
    } else if (word == "--findings") {
      options.findings = true;
    } else if (word == "--check") {
      options.check = true;
    } else if (word == "--seed") {
      ok = ReadNumber(argc, argv, i, options.seed);
    } else if (word == "--records") {
      ok = ReadNumber(argc, argv, i, options.records) && options.records > 0;
    } else if (word == "--rounds") {
      ok = ReadNumber(argc, argv, i, options.rounds) && options.rounds > 0;
    } else if (word == "--misses") {
      ok = ReadNumber(argc, argv, i, options.misses);
    } else {
      ok = false;
    }
    if (!ok) {
      std::cerr << "usage: leak_corpus [--seed N] [--records N] [--json] [--check] [--misses N] "
                   "[--rounds N] [--findings]\n";
      return 2;
    }
  }
  Measurement measurement(options);
  measurement.Run();
  if (options.json) {
    std::cout << measurement.ToJson().dump() << "\n";
  } else {
    measurement.Print();
  }
  const bool met =
      measurement.recall() >= kRecallMin && measurement.false_alarm_rate() < kFalseAlarmsMax;
  return options.check && !met ? 1 : 0;
}

}  // namespace
}  // namespace renkei::leak

int main(int argc, char** argv) { return renkei::leak::Main(argc, argv); }
