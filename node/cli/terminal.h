// Whether a person sits there, and what they say.
#pragma once

#include <string>
#include <string_view>

#include "node/cli/command.h"

namespace renkei::cli {

// Standard input is a terminal.
bool HasTerminal(const Context& context);

// Whether standard output takes colours: a terminal that is not `dumb`, and NO_COLOR is not set.
bool TakesColour();

// Asks `question [y/N] ` on standard error; true for y or yes.
bool Agrees(Context& context, std::string_view question);

// One line as typed, without its end; asks `question` first.
std::string AskLine(Context& context, std::string_view question);

}  // namespace renkei::cli
