// The ways in which a value can be written or hidden.
//
// Written from the encodings' own descriptions and not from the lint, so that the corpus judges it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace renkei::leak {

// What a form can be applied to.
enum class Fits { kAll, kAscii, kDotted, kIpv4, kIpv6, kIdn };

struct Form {
  std::string_view name;
  std::string (*apply)(const std::string& value);
  Fits fits = Fits::kAll;
};

// Of any value.
const std::vector<Form>& TextForms();
// Of addresses only; `value` is in its usual form.
const std::vector<Form>& AddressForms();

bool FitsValue(const Form& form, const std::string& value);

std::string Base64(std::string_view bytes);
std::string Utf16(std::string_view text, bool little);

}  // namespace renkei::leak
