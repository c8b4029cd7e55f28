// Tokens of the gateway: made, listed, revoked.
#include <charconv>

#include "node/app/commands_parts.h"
#include "node/app/explaining.h"
#include "node/base/encoding.h"
#include "node/formats/time_text.h"
#include "node/gateway/gateway.h"

namespace renkei::app {
namespace {

constexpr int kTokenDaysMax = 3650;

// `90d`, or a time.
std::optional<Timestamp> ExpiryFrom(std::string_view text, Timestamp now) {
  if (text.ends_with('d')) {
    int days = 0;
    const char* end = text.data() + text.size() - 1;
    const auto [stop, error] = std::from_chars(text.data(), end, days);
    const bool right = error == std::errc() && stop == end && days > 0 && days <= kTokenDaysMax;
    if (!right) return std::nullopt;
    return now + std::chrono::days(days);
  }
  const auto micros = formats::MicrosFromText(text);
  if (!micros) return std::nullopt;
  return FromUnixSeconds(*micros / 1'000'000);
}

Json TokenJson(const gateway::Token& token, Timestamp now) {
  Json scopes = Json::array();
  for (const gateway::Scope scope : token.scopes) scopes.push_back(gateway::ToWord(scope));
  Json json = {{"name", token.name},
               {"scopes", std::move(scopes)},
               {"see", token.see},
               {"made", TimeText(token.made)}};
  if (token.expires) json["expires"] = TimeText(*token.expires);
  if (token.expires) json["expired"] = *token.expires <= now;
  if (token.used) json["used"] = TimeText(*token.used);
  return json;
}

}  // namespace

CommandResult TokenNewCommand(const CommandContext& context, Arguments& arguments,
                              const std::string&) {
  Node& node = context.node;
  const Timestamp now = node.clock().Now();
  gateway::Token token{.name = arguments.Required("name"), .see = arguments.Text("see")};
  for (const std::string& word : arguments.List("scopes")) {
    if (const auto scope = gateway::ScopeFromWord(word)) {
      token.scopes.push_back(*scope);
    } else {
      arguments.Refuse(fmt::format("scope `{}`: expected lists or taxii", Printable(word, 40)));
    }
  }
  if (const std::string expires = arguments.Text("expires"); !expires.empty()) {
    token.expires = ExpiryFrom(expires, now);
    if (!token.expires) {
      arguments.Refuse(fmt::format("expires `{}`: expected days as 90d, or a time in RFC 3339",
                                   Printable(expires, 40)));
    }
  }
  RETURN_IF_ERROR(arguments.status());
  if (const Problems problems = node.gateway().CheckFacts(token.see); !problems.empty()) {
    return exchange::LocalReply{.exit_status = 2, .json = ProblemsAnswer(problems)};
  }
  const std::string name = token.name;
  ASSIGN_OR_RETURN(const std::string text, node.gateway().tokens().Make(std::move(token)));
  Json json = {{"name", name}, {"token", text}};
  json["address"] = node.addresses().gateway;
  return Done(std::move(json));
}

CommandResult TokenListCommand(const CommandContext& context, Arguments&, const std::string&) {
  Json list = Json::array();
  for (const gateway::Token& token : context.node.gateway().tokens().All()) {
    list.push_back(TokenJson(token, context.node.clock().Now()));
  }
  return Done({{"tokens", std::move(list)}});
}

CommandResult TokenRevokeCommand(const CommandContext& context, Arguments& arguments,
                                 const std::string&) {
  const std::string name = arguments.Required("name");
  RETURN_IF_ERROR(arguments.status());
  RETURN_IF_ERROR(context.node.gateway().tokens().Revoke(name));
  return Done({{"name", name}});
}

}  // namespace renkei::app
