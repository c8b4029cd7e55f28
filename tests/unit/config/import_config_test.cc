#include "config/import_config.h"

#include <gtest/gtest.h>

#include "config/node_config.h"

namespace renkei::config {
namespace {

constexpr char kImportNode[] = "[node]\norg = \"Alpha Works\"\n";

LoadResult<ImportConfig> LoadImport(const std::string& text) {
  return LoadImportConfig(kImportNode + text, "node.toml");
}

std::string FirstImportProblem(const std::string& text) {
  const auto loaded = LoadImport(text);
  EXPECT_FALSE(loaded.value);
  return loaded.problems.empty() ? "" : ToString(loaded.problems.front());
}

TEST(ImportConfigTest, WithoutATableThereIsNoMapping) {
  const auto loaded = LoadImport("");
  ASSERT_TRUE(loaded.value);
  EXPECT_TRUE(loaded.value->csv.empty());
}

TEST(ImportConfigTest, EveryKeyIsRead) {
  const std::string text =
      "[import.csv.vendor]\ndelimiter = \";\"\ntlp = \"green\"\nconfidence = 60\n"
      "tags = [\"vendor\"]\ntitle = \"Vendor's list\"\n"
      "[import.csv.vendor.header]\nvalue = \"IOC\"\ntype = \"IOC Type\"\n"
      "[import.csv.vendor.types]\n\"FileHash-SHA256\" = \"sha256\"\n"
      "[import.csv.tweets]\ncolumns = [\"first_seen\", \"\", \"value\"]\n";
  const auto loaded = LoadImport(text);
  ASSERT_TRUE(loaded.value) << ToString(loaded.problems.front());
  ASSERT_EQ(loaded.value->csv.size(), 2U);
  EXPECT_EQ(loaded.value->csv[0],
            (CsvImportConfig{.name = "tweets", .columns = {"first_seen", "", "value"}}));
  EXPECT_EQ(loaded.value->csv[1],
            (CsvImportConfig{.name = "vendor",
                             .delimiter = ";",
                             .header = {{"value", "IOC"}, {"type", "IOC Type"}},
                             .types = {{"FileHash-SHA256", "sha256"}},
                             .tlp = "green",
                             .confidence = 60,
                             .tags = {"vendor"},
                             .title = "Vendor's list"}));
  EXPECT_TRUE(LoadNodeConfig(kImportNode + text, "node.toml").value) << "node.toml knows the table";
}

TEST(ImportConfigTest, MistakesHaveTheirPlace) {
  EXPECT_NE(FirstImportProblem("[import.csv.a]\ncolumns = [\"valeu\"]\n").find("`value`"),
            std::string::npos);
  EXPECT_NE(FirstImportProblem("[import.csv.a]\ncolumns = [\"type\"]\n").find("no column with"),
            std::string::npos);
  EXPECT_NE(FirstImportProblem("[import.csv.a]\n").find("`columns` or `header`"),
            std::string::npos);
  EXPECT_NE(FirstImportProblem("[import.csv.a]\ncolumns = [\"value\", \"value\"]\n").find("twice"),
            std::string::npos);
  EXPECT_NE(FirstImportProblem("[import.csv.a]\ncolumns = [\"value\"]\ntlp = \"grene\"\n")
                .find("no TLP word"),
            std::string::npos);
  EXPECT_NE(FirstImportProblem("[import.csv.a]\ncolumns = [\"value\"]\ndelimiter = \"::\"\n")
                .find("delimiter"),
            std::string::npos);
  EXPECT_NE(FirstImportProblem("[import.csv.\"A B\"]\ncolumns = [\"value\"]\n").find("no name"),
            std::string::npos);
  EXPECT_NE(FirstImportProblem("[import]\nxml = 1\n").find("xml"), std::string::npos);
}

}  // namespace
}  // namespace renkei::config
