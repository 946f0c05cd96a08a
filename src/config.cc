// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>

#include "base/text.h"

namespace sluice {

using base::Duration;
using base::ErrorCode;
using base::failure;
using base::Result;

std::vector<Option> options_of(Config& c) {
    constexpr std::int64_t kMinuteMs = 60'000;
    constexpr std::int64_t kDayMs = 86'400'000;
    std::vector<Option> options{
        {"data_dir", &c.data_dir, 0, 0,
         "Folder of the store, the keys and the lock. Made with mode 0700 if it is missing."},
        {"log_level", &c.log_level, 0, 0,
         "debug, info, warn or error. Logs are JSON lines on standard error."},
        {"drain_timeout_ms", &c.drain_timeout_ms, 0, 600'000,
         "After SIGTERM, how long requests in flight may take before they are cut. Milliseconds."},
        {"watchdog_ms", &c.watchdog_ms, 0, 600'000,
         "A thread that gives no sign of life for so long is named in the log and in /metrics. "
         "Milliseconds, at least 500; 0: nobody watches."},
    };
    const auto add_server = [&options](const std::string& section, http::ServerOptions& s,
                                       const char* who) {
        const std::vector<Option> server{
            {section + ".address", &s.address, 0, 0,
             fmt::format("Numeric address that the {} listener binds to.", who)},
            {section + ".port", &s.port, 0, 65535, "TCP port; 0 lets the kernel choose."},
            {section + ".doors", &s.doors, 0, 256,
             "Threads that serve connections; 0: one a core."},
            {section + ".desks", &s.desks, 1, 256,
             "Threads for requests that wait for the disk or the provider: payments, the console. "
             "Those who wait for the same commit share its sync."},
            {section + ".desk_queue_max", &s.desk_queue_max, 1, 100'000,
             "Requests that may wait for a desk; one more is answered 503 `busy`."},
            {section + ".connections_max", &s.connections_max, 1, 1'000'000,
             "Open connections. One more is let in for the one that has been idle for longest; if "
             "none is idle it is closed at once. Needs as many file descriptors."},
            {section + ".connections_per_address_max", &s.connections_per_address_max, 0, 1'000'000,
             "Open connections of one address (IPv6: of one /64); one more is closed at once. "
             "Trusted proxies have no such limit. Many customers may share the address of one "
             "network. 0: no limit."},
            {section + ".header_bytes_max", &s.header_bytes_max, 1024, 65536,
             "Request line and headers together; more is 431. Bytes."},
            {section + ".header_timeout_ms", &s.header_timeout_ms, 100, 600'000,
             "From the first byte to the end of the headers, against slow clients. Milliseconds."},
            {section + ".body_timeout_ms", &s.body_timeout_ms, 100, 600'000,
             "From the end of the headers to the end of the body. Milliseconds."},
            {section + ".idle_timeout_ms", &s.idle_timeout_ms, 100, 3'600'000,
             "How long a connection may stay open without a request. Milliseconds."},
            {section + ".write_timeout_ms", &s.write_timeout_ms, 100, 600'000,
             "A reader that takes nothing for so long is cut. Milliseconds."},
            {section + ".patience_ms", &s.patience_ms, 10, 60'000,
             "How long requests may wait for a door. If more come than can be answered in that "
             "time, "
             "the newest go first and the others are told `busy`. Milliseconds."},
            {section + ".trusted_proxies", &s.trusted_proxies, 0, 0,
             "CIDRs of proxies whose X-Forwarded-For is believed. Empty: the peer is the client."},
        };
        options.insert(options.end(), server.begin(), server.end());
    };
    add_server("public", c.public_server, "public");
    const std::vector<Option> api{
        {"public.url", &c.api.public_url, 0, 0,
         "How customers reach us, such as https://sale.example.com, for cashier and return "
         "addresses. Empty: where the public listener is."},
        {"public.accounts", &c.api.accounts, 0, 1,
         "Built-in customer accounts. Switch off where the shop vouches for its customers (jwt)."},
        {"public.session_age_ms", &c.api.session_age, kMinuteMs, 30 * kDayMs,
         "How long a customer's session token is good. Milliseconds."},
        {"public.ticket_age_ms", &c.api.ticket_age, 1000, kDayMs,
         "How long a ticket opens the hidden purchase address. Milliseconds."},
        {"public.answers_max", &c.api.sale_answers_max, 16, 10'000'000,
         "Purchases per door that may wait for the disk; one more is 503 `busy`. Never more than "
         "half of the connections, which others need for pages."},
        {"public.publish_dir", &c.publish.publish_dir, 0, 0,
         "Folder where the static pages are also written, for nginx or a CDN. Empty: nowhere."},
        {"public.image_dir", &c.publish.image_dir, 0, 0,
         "Folder of the pictures that the catalogue has at /images/<name>: svg, webp, avif, png or "
         "jpg of at most 60 KiB. They are published with the pages. Empty: none."},
        {"public.page_ttl_s", &c.publish.page_ttl_s, 0, 86'400,
         "How long a browser or a cache may show a page without asking again, if nobody purges it. "
         "Seconds."},
    };
    options.insert(options.end(), api.begin(), api.end());
    add_server("console", c.console_server, "console");
    const std::vector<Option> rest{
        {"console.cookie_secure", &c.api.console_cookie_secure, 0, 1,
         "The session cookie is __Host-sluice with Secure. Browsers take it on loopback without "
         "TLS, too."},
        {"console.second_factor", &c.api.second_factor, 0, 0,
         "Red buttons (stop a sale, change stock, move money, let people in) need a code of the "
         "operator's phone. `required`: who has enabled none cannot press them. `optional`: who "
         "has enabled none needs none; who has one always needs it."},
        {"console.login_tries", &c.api.login_tries, 1, 1000,
         "Failed log-ins per name in 15 minutes, of customers and operators; then 429. Five times "
         "as "
         "many per address, where new accounts count as well: behind a proxy set trusted_proxies, "
         "or "
         "all customers have one address."},
        {"sale.node", &c.sale.node, 0, 1023,
         "Number of this server in order ids. Must differ between servers that share a shop."},
        {"sale.orders_max", &c.sale.orders_max, 1000, 200'000'000,
         "Orders kept in memory, some 250 bytes each; 50 of them are taken at the start. One more "
         "order is 503 `busy`."},
        {"sale.payments_max", &c.sale.payments_max, 1000, 200'000'000,
         "Payments kept in memory, 64 bytes each once used."},
        {"sale.expiries_per_pass", &c.sale.expiries_per_pass, 1, 10'000,
         "Deadlines handled before each event, so that a wave of them does not stop the buyers."},
        {"ledger.batch_records_max", &c.turnstile.batch_records_max, 256, 1'000'000,
         "Records of one transaction; while it is full, purchases are 503 `busy`."},
        {"ledger.lag_ms_max", &c.turnstile.lag_ms_max, 100, 60'000,
         "While a transaction takes longer, as on a disk that hangs, new purchases are 503 `busy` "
         "at once instead of waiting for it. Milliseconds."},
        {"gates.address_per_second", &c.gates.address_rate.per_second, 0, 1'000'000,
         "Purchase requests of one address; 0: no limit. Leave 0 unless trusted_proxies is right: "
         "behind a proxy all have one address."},
        {"gates.address_burst", &c.gates.address_rate.burst, 1, 1'000'000,
         "How many of them may come at once."},
        {"gates.user_per_second", &c.gates.user_rate.per_second, 0, 1'000'000,
         "Purchase requests of one user; 0: no limit."},
        {"gates.user_burst", &c.gates.user_rate.burst, 1, 1'000'000,
         "How many of them may come at once."},
        {"gates.purchases_per_second", &c.gates.purchase_rate.per_second, 0, 10'000'000,
         "Purchases of all customers together that go on to the sale; more are 503 `busy`, and "
         "refusals do not count. 0: no limit. `sluice calibrate --write` sets it to 80 % of what "
         "this machine bears."},
        {"gates.purchases_burst", &c.gates.purchase_rate.burst, 0, 1'000'000,
         "How many of them may come at once; 0: a tenth of a second of the rate."},
        {"gates.rate_slots", &c.gates.rate_slots, 1024, 1 << 28,
         "Users, and addresses, that the rates remember at once; 8 bytes each."},
        {"payment.sandbox", &c.sandbox, 0, 1,
         "The built-in payment provider with its own cashier page, for trying out. No real money "
         "moves. Off: orders are paid by operators (mark as paid) until a provider is configured."},
        {"jwt.issuer", &c.jwt_issuer, 0, 0,
         "`iss` of the shop's tokens. The keys follow as [[jwt.keys]] with id, algorithm (HS256, "
         "RS256, ES256) and file."},
        {"jwt.audience", &c.jwt_audience, 0, 0, "`aud` that the shop's tokens must contain."},
        {"jwt.leeway_s", &c.jwt_leeway_s, 0, 600,
         "How far the shop's clock may differ from ours. Seconds."},
    };
    options.insert(options.end(), rest.begin(), rest.end());
    return options;
}

namespace {

std::string nearest(std::string_view name, const std::vector<Option>& options) {
    const auto distance = [name](const Option& option) {
        return base::edit_distance(name, option.name);
    };
    const auto best = std::ranges::min_element(options, {}, distance);
    return distance(*best) <= std::max<std::size_t>(3, name.size() / 3) ? best->name : "";
}

std::string unknown(std::string_view name, const std::vector<Option>& options) {
    const std::string near = nearest(name, options);
    return near.empty()
               ? fmt::format("unknown option `{}`; `sluice config print` lists them all", name)
               : fmt::format("unknown option `{}`; did you mean `{}`?", name, near);
}

Result<void> set_number(const Option& option, std::int64_t number) {
    if (number < option.least || number > option.most)
        return failure(ErrorCode::invalid,
                       fmt::format("`{}` must be between {} and {}, not {}", option.name,
                                   option.least, option.most, number));
    std::visit(
        [number]<class T>(T* where) {
            if constexpr (std::is_same_v<T, Duration>) {
                where->ms = number;
            } else if constexpr (std::is_arithmetic_v<T>) {
                *where = static_cast<T>(number);
            }
        },
        option.where);
    return {};
}

Result<void> wrong_type(const Option& option, std::string_view expected) {
    return failure(ErrorCode::invalid, fmt::format("`{}` must be {}", option.name, expected));
}

Result<void> set_from_toml(const Option& option, const toml::node& node) {
    if (auto* const* text = std::get_if<std::string*>(&option.where)) {
        const auto value = node.value_exact<std::string>();
        if (!value) return wrong_type(option, "text in quotes");
        **text = *value;
        return {};
    }
    if (auto* const* flag = std::get_if<bool*>(&option.where)) {
        const auto value = node.value_exact<bool>();
        if (!value) return wrong_type(option, "true or false");
        **flag = *value;
        return {};
    }
    if (auto* const* number = std::get_if<double*>(&option.where)) {
        const auto value = node.value<double>();
        if (!value || !(*value >= static_cast<double>(option.least)) ||
            *value > static_cast<double>(option.most))
            return wrong_type(option,
                              fmt::format("a number between {} and {}", option.least, option.most));
        **number = *value;
        return {};
    }
    if (auto* const* list = std::get_if<std::vector<std::string>*>(&option.where)) {
        const toml::array* array = node.as_array();
        if (array == nullptr) return wrong_type(option, "a list of texts");
        (*list)->clear();
        for (const toml::node& element : *array) {
            const auto value = element.value_exact<std::string>();
            if (!value) return wrong_type(option, "a list of texts");
            (*list)->push_back(*value);
        }
        return {};
    }
    const auto value = node.value_exact<std::int64_t>();
    if (!value) return wrong_type(option, "a whole number");
    return set_number(option, *value);
}

Result<void> read_jwt_keys(Config& config, const toml::node& node) {
    const toml::array* array = node.as_array();
    if (array == nullptr)
        return failure(ErrorCode::invalid, "`jwt.keys` must be written as [[jwt.keys]]");
    config.jwt_keys.clear();
    for (const toml::node& element : *array) {
        const toml::table* table = element.as_table();
        if (table == nullptr)
            return failure(ErrorCode::invalid, "`jwt.keys` must be written as [[jwt.keys]]");
        JwtKeyFile key;
        for (const auto& [name, value] : *table) {
            std::string* where = name == "id"          ? &key.id
                                 : name == "algorithm" ? &key.algorithm
                                 : name == "file"      ? &key.file
                                                       : nullptr;
            const auto text = value.value_exact<std::string>();
            if (where == nullptr || !text)
                return failure(ErrorCode::invalid,
                               fmt::format("a [[jwt.keys]] has the texts id, algorithm and "
                                           "file; `{}` is not one of them",
                                           name.str()));
            *where = *text;
        }
        if (key.algorithm.empty() || key.file.empty())
            return failure(ErrorCode::invalid, "a [[jwt.keys]] needs algorithm and file");
        config.jwt_keys.push_back(key);
    }
    return {};
}

struct Reading {
    Config& config;
    const std::vector<Option>& options;
    const std::string& file;
};

std::unexpected<base::Error> at(const Reading& reading, const toml::source_region& place,
                                const std::string& what) {
    return failure(ErrorCode::invalid, fmt::format("{}:{}:{}: {}", reading.file, place.begin.line,
                                                   place.begin.column, what));
}

Result<void> read_table(const Reading& reading, const toml::table& table,
                        const std::string& prefix) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        const auto option = std::ranges::find(reading.options, name, &Option::name);
        Result<void> done;
        if (name == "jwt.keys") {
            done = read_jwt_keys(reading.config, node);
        } else if (option != reading.options.end()) {
            done = set_from_toml(*option, node);
        } else if (const toml::table* section = node.as_table();
                   section != nullptr && prefix.empty() &&
                   std::ranges::any_of(reading.options, [&name](const Option& each) {
                       return each.name.starts_with(name + ".");
                   })) {
            if (auto inner = read_table(reading, *section, name + "."); !inner) return inner;
        } else {
            return at(reading, key.source(), unknown(name, reading.options));
        }
        if (!done) return at(reading, node.source(), done.error().what);
    }
    return {};
}

Result<toml::table> parse(std::string_view text, const std::string& file) {
    try {
        return toml::parse(text, std::string_view(file));
    } catch (const toml::parse_error& error) {
        const auto& place = error.source().begin;
        return failure(ErrorCode::invalid, fmt::format("{}:{}:{}: {}", file, place.line,
                                                       place.column, error.description()));
    }
}

constexpr std::size_t kFileBytesMax = 1 << 20;  // a hundred times the file with every option

Result<std::string> contents_of(const std::string& file) {
    const auto refused = [&file](const std::string& why) {
        return failure(ErrorCode::invalid,
                       fmt::format("cannot read the configuration file {}: {}; check its name, or "
                                   "write one with `sluice config init`",
                                   file, why));
    };
    std::FILE* in = std::fopen(file.c_str(), "rb");
    if (in == nullptr) return refused(std::strerror(errno));
    std::string text(kFileBytesMax + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), in));
    const int failed = std::ferror(in) != 0 ? errno : 0;  // a folder can be opened, but not read
    std::fclose(in);
    if (failed != 0) return refused(std::strerror(failed));
    if (text.size() > kFileBytesMax) return refused("it is longer than 1 MiB");
    return text;
}

}  // namespace

Result<void> read_file(Config& config, const std::string& file) {
    const auto text = contents_of(file);
    return text ? read_text(config, *text, file) : std::unexpected(text.error());
}

Result<void> read_text(Config& config, std::string_view text, const std::string& file) {
    const auto table = parse(text, file);
    if (!table) return std::unexpected(table.error());
    const std::vector<Option> options = options_of(config);
    return read_table({config, options, file}, *table, "");
}

Result<void> set_option(Config& config, std::string_view name, std::string_view value) {
    const std::vector<Option> options = options_of(config);
    const auto option = std::ranges::find(options, name, &Option::name);
    if (option == options.end()) return failure(ErrorCode::invalid, unknown(name, options));
    if (auto* const* text = std::get_if<std::string*>(&option->where)) {
        **text = value;
        return {};
    }
    if (auto* const* list = std::get_if<std::vector<std::string>*>(&option->where)) {
        (*list)->clear();
        while (!value.empty()) {
            const std::size_t comma = value.find(',');
            (*list)->emplace_back(value.substr(0, comma));
            value = comma == value.npos ? std::string_view{} : value.substr(comma + 1);
        }
        return {};
    }
    // Numbers and flags are written as in the file. The answer below is clearer than the parser's.
    if (const auto table = parse(fmt::format("v = {}", value), "flag"); table && table->size() == 1)
        return set_from_toml(*option, *table->get("v"));
    return failure(ErrorCode::invalid, fmt::format("`{}` cannot be `{}`", name, value));
}

Result<void> read_environment(Config& config, const char* const* environment) {
    constexpr std::string_view kPrefix = "SLUICE_";
    const std::vector<Option> options = options_of(config);
    for (; *environment != nullptr; ++environment) {
        const std::string_view entry = *environment;
        const std::size_t equals = entry.find('=');
        if (!entry.starts_with(kPrefix) || equals == entry.npos) continue;
        const std::string_view name = entry.substr(0, equals);
        const auto variable_of = [kPrefix](const Option& option) {
            std::string variable(kPrefix);
            for (const char c : option.name)
                variable += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
            return variable;
        };
        const auto option = std::ranges::find(options, name, variable_of);
        if (option == options.end())
            return failure(
                ErrorCode::invalid,
                fmt::format(
                    "environment variable {} names no option; `sluice config print` lists them "
                    "(public.port is SLUICE_PUBLIC_PORT)",
                    name));
        if (auto done = set_option(config, option->name, entry.substr(equals + 1)); !done)
            return failure(ErrorCode::invalid,
                           fmt::format("environment variable {}: {}", name, done.error().what));
    }
    return {};
}

Result<void> check(const Config& config) {
    const bool same_port =
        config.public_server.port == config.console_server.port && config.public_server.port != 0;
    if (same_port && config.public_server.address == config.console_server.address)
        return failure(ErrorCode::invalid, "public.port and console.port must differ");
    if (config.data_dir.empty()) return failure(ErrorCode::invalid, "data_dir is empty");
    constexpr std::array kLevels{"debug", "info", "warn", "error"};
    if (std::ranges::find(kLevels, config.log_level) == kLevels.end())
        return failure(
            ErrorCode::invalid,
            fmt::format("log_level is debug, info, warn or error, not `{}`", config.log_level));
    // Threads that are well may be still for some hundred milliseconds: a sync, a sweep.
    constexpr std::uint32_t kWatchdogMsMin = 500;
    if (config.watchdog_ms != 0 && config.watchdog_ms < kWatchdogMsMin)
        return failure(ErrorCode::invalid, fmt::format("watchdog_ms is 0 or at least {}, not {}",
                                                       kWatchdogMsMin, config.watchdog_ms));
    const std::string& second_factor = config.api.second_factor;
    if (second_factor != "required" && second_factor != "optional")
        return failure(
            ErrorCode::invalid,
            fmt::format("console.second_factor is required or optional, not `{}`", second_factor));
    if (!config.jwt_keys.empty() && (config.jwt_issuer.empty() || config.jwt_audience.empty()))
        return failure(ErrorCode::invalid,
                       "[[jwt.keys]] needs jwt.issuer and jwt.audience, so that a token "
                       "made for another service is not accepted here");
    const std::string& url = config.api.public_url;
    const bool has_scheme = url.starts_with("http://") || url.starts_with("https://");
    if (!url.empty() && (!has_scheme || url.ends_with('/')))
        return failure(ErrorCode::invalid,
                       fmt::format("public.url must begin with http:// or https:// and not end "
                                   "with a slash: `{}`",
                                   url));
    return {};
}

namespace {

/// What JSON escapes, TOML reads.
std::string in_quotes(const std::string& value) {
    std::string text;
    base::append_json_string(text, value);
    return text;
}

std::string value_of(const Option& option) {
    return std::visit(
        []<class T>(T* where) -> std::string {
            if constexpr (std::is_same_v<T, std::string>) {
                return in_quotes(*where);
            } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                std::string text = "[";
                for (const std::string& each : *where) {
                    if (text.size() > 1) text += ", ";
                    base::append_json_string(text, each);
                }
                return text + "]";
            } else if constexpr (std::is_same_v<T, Duration>) {
                return fmt::format("{}", where->ms);
            } else {
                return fmt::format("{}", *where);
            }
        },
        option.where);
}

bool is_number(const Option& option) {
    return !std::holds_alternative<std::string*>(option.where) &&
           !std::holds_alternative<bool*>(option.where) &&
           !std::holds_alternative<std::vector<std::string>*>(option.where);
}

/// Comment lines of at most 100 columns.
std::string comment(std::string_view text) {
    constexpr std::size_t kWidth = 98;
    std::string lines;
    while (!text.empty()) {
        std::size_t end = text.size();
        if (end > kWidth) {
            end = text.rfind(' ', kWidth);
            if (end == text.npos) end = kWidth;
        }
        lines += fmt::format("# {}\n", text.substr(0, end));
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return lines;
}

}  // namespace

std::string to_toml(Config config) {
    std::string text =
        "# Configuration of sluice: every option with its default. All of them are optional.\n"
        "# Also: environment SLUICE_PUBLIC_PORT=80, flag --set public.port=80; flag beats "
        "environment beats file.\n"
        "# Written by `sluice config init`; a key that is not known stops the start.\n";
    std::string section;
    for (const Option& option : options_of(config)) {
        const std::size_t dot = option.name.find('.');
        const std::string in = dot == option.name.npos ? "" : option.name.substr(0, dot);
        if (in != section) {
            text += fmt::format("\n[{}]\n", in);
            section = in;
        }
        text += "\n" + comment(option.text);
        if (is_number(option))
            text += fmt::format("# Range: {} to {}.\n", option.least, option.most);
        text += fmt::format("{} = {}\n", option.name.substr(dot == option.name.npos ? 0 : dot + 1),
                            value_of(option));
    }
    for (const JwtKeyFile& key : config.jwt_keys)
        text += fmt::format("\n[[jwt.keys]]\nid = {}\nalgorithm = {}\nfile = {}\n",
                            in_quotes(key.id), in_quotes(key.algorithm), in_quotes(key.file));
    return text;
}

}  // namespace sluice
