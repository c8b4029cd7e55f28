// Prints what would leave and who would read it: short by default, every text with --full.
//
// Within kScreenWidth columns; colours only where the context says so.
#pragma once

#include <string>

#include "node/base/json.h"
#include "node/cli/command.h"

namespace renkei::cli {

// `draft` as app::PreviewJson answers it.  Findings go to standard error.
void PrintPreview(Context& context, const std::string& name, const Json& draft, bool full);

// A section as a person reads it, indented: one line for each thing it says.
std::vector<std::string> ReadableLines(const Json& section, std::size_t indent);

enum class Style { kHeading, kGood, kBad };
// `text` in colour, or as it is.
std::string Painted(const Context& context, Style style, std::string_view text);

}  // namespace renkei::cli
