// SPDX-License-Identifier: Apache-2.0
// Config: every option of the program, from conf file, environment and flags, in this order: the
// later wins. One table (options_of) is the schema: the parser, `sluice config`, and
// conf/sluice.toml come from it, so they cannot differ. Unknown keys stop the start, with line,
// column and the nearest known key. Threads: read once at the start, then constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "account/jwt.h"
#include "api/app.h"
#include "api/pages.h"
#include "base/result.h"
#include "guard/gates.h"
#include "http/server.h"
#include "sale/sale.h"
#include "sale/turnstile.h"

namespace sluice {

/// A key with which the shop vouches for its customers; the material is in a file, never in the
/// configuration.
struct JwtKeyFile {
    std::string id;
    std::string algorithm;
    std::string file;
};

/// The console serves few people, so one door is enough.
[[nodiscard]] inline http::ServerOptions console_defaults() {
    http::ServerOptions options;
    options.name = "console";
    options.port = 9090;
    options.doors = 1;
    options.connections_max = 500;
    options.connections_per_address_max = 250;
    return options;
}

struct Config {
    std::string data_dir = "sluice-data";
    std::string log_level = "info";
    std::uint32_t drain_timeout_ms = 20'000;
    std::uint32_t watchdog_ms = 1000;
    http::ServerOptions public_server;
    http::ServerOptions console_server = console_defaults();
    api::PublishOptions publish;
    sale::SaleOptions sale;
    sale::TurnstileOptions turnstile;
    guard::GateOptions gates;
    api::ApiOptions api;
    std::string jwt_issuer;
    std::string jwt_audience;
    std::uint32_t jwt_leeway_s = 60;
    std::vector<JwtKeyFile> jwt_keys;
    bool sandbox = false;
};

/// One option of the table. `where` points into the Config that the table was made for.
struct Option {
    using Where = std::variant<std::string*, std::uint16_t*, std::uint32_t*, std::size_t*, double*,
                               bool*, base::Duration*, std::vector<std::string>*>;
    std::string name;  ///< "public.port": section and key
    Where where;
    std::int64_t least = 0;  ///< numbers only
    std::int64_t most = 0;
    std::string text;  ///< what it does, why, and its unit
};

/// The table, in the order of conf/sluice.toml.
[[nodiscard]] std::vector<Option> options_of(Config& config);

/// Reads a TOML file over `config`. The error names file:line:column and the nearest known key.
[[nodiscard]] base::Result<void> read_file(Config& config, const std::string& file);
/// The same for a text that is there already; `file` is only what errors call it.
[[nodiscard]] base::Result<void> read_text(Config& config, std::string_view text,
                                           const std::string& file);
/// Sets one option from text, as environment (SLUICE_PUBLIC_PORT) and flags (--set public.port=80)
/// give it.
[[nodiscard]] base::Result<void> set_option(Config& config, std::string_view name,
                                            std::string_view value);
/// Applies every SLUICE_* variable of `environment` (the form of environ); an unknown one is an
/// error.
[[nodiscard]] base::Result<void> read_environment(Config& config, const char* const* environment);
/// What no single option can see: ports that are equal, keys without an issuer.
[[nodiscard]] base::Result<void> check(const Config& config);

/// The configuration as a commented TOML file; with the defaults it is conf/sluice.toml.
[[nodiscard]] std::string to_toml(Config config);

}  // namespace sluice
