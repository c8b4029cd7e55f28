// The decoders behind decode.h, one for each kind of hiding.
#pragma once

#include "node/anonymize/decode.h"
#include "node/anonymize/fold.h"

namespace renkei::anonymize {

void FindEscaped(std::string_view text, std::vector<HiddenText>& found);
void FindNumbers(std::string_view text, std::vector<HiddenText>& found);
void FindRuns(std::string_view text, std::vector<HiddenText>& found);  // base64, base32, hex
void FindSpacedHex(std::string_view text, std::vector<HiddenText>& found);
void FindPunycode(std::string_view text, std::vector<HiddenText>& found);
void FindJoined(std::string_view text, std::vector<HiddenText>& found);

// Two hex digits at `at`, or -1.
inline int HexByte(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return -1;
  const int high = HexValue(text[at]);
  const int low = HexValue(text[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}
// UTF-8 without control characters.
bool IsText(std::string_view bytes);

}  // namespace renkei::anonymize
