// SPDX-License-Identifier: Apache-2.0
// `sluice rush`: its flags.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/secret.h"
#include "command/commands.h"
#include "command/rush.h"
#include "command/stop_signals.h"

namespace sluice::command {

namespace {

constexpr std::uint32_t kShortWindowMs =
    2000;  // so that what is abandoned is sold again while we watch

int run(RushOptions options, bool has_window) {
    if (options.abandon_percent != 0 && !has_window) options.pay_window_ms = kShortWindowMs;
    if (!options.public_url.empty() &&
        (options.console_url.empty() || options.token_key_file.empty() ||
         options.operator_name.empty() || options.reviewer_name.empty()))
        return complain(
            {base::ErrorCode::invalid,
             "--target also needs --console, --token-key, --operator NAME:PASSWORD and --reviewer "
             "NAME:PASSWORD: a rush makes a sale of its own there, and whoever holds the key may"},
            kUsage);
    base::open_secrets();
    block_stop_signals();  // asked for between the steps, so that the server of our own is put away
    const auto verdict = rush(options);
    if (!verdict) return complain(verdict.error());
    return verdict->clean() ? kDone : kVerdict;
}

/// "name:password" into its parts.
std::string split(const std::string& text, std::string& name, std::string& password) {
    const std::size_t colon = text.find(':');
    if (colon == text.npos) return "write it as NAME:PASSWORD";
    name = text.substr(0, colon);
    password = text.substr(colon + 1);
    return "";
}

}  // namespace

void add_rush(CLI::App& program, int& exit_code) {
    auto options = std::make_shared<RushOptions>();
    CLI::App* command =
        program.add_subcommand("rush", "Play a flash sale with many buyers, and judge it.");
    command->footer(
        "Examples:\n"
        "  sluice rush --buyers 200000 --stock 2000 --json out.json\n"
        "  sluice rush --buyers 1000000 --stock 10000   a million at once\n"
        "  sluice rush --buyers 50000 --stock 2000 --abandon 30   a third does not pay; their "
        "units are sold again\n"
        "Exit code 3 if the verdict is not clean.");
    command->add_option("--buyers", options->buyers, "Different users; default 100000.")
        ->check(CLI::Range(1, 10'000'000));
    command->add_option("--stock", options->stock, "Units; default 1000.")
        ->check(CLI::Range(1, 10'000'000));
    command
        ->add_option("--policy", options->policy,
                     "reserve, on_order or on_payment; default reserve.")
        ->check(CLI::IsMember({"reserve", "on_order", "on_payment"}));
    command
        ->add_option("--abandon", options->abandon_percent,
                     "Percent of the winners who do not pay; default 0.")
        ->check(CLI::Range(0, 95));
    CLI::Option* window =
        command
            ->add_option("--pay-window", options->pay_window_ms,
                         "Payment window in ms; default 600000, with --abandon 2000.")
            ->check(CLI::Range(1000, 86'400'000));
    command
        ->add_option(
            "--rate", options->rate,
            "First purchases a second, evenly; default: a crowd that comes at once and thins "
            "out, within 2 to 8 s of T0 by their number.")
        ->check(CLI::Range(1.0, 1e7));
    command
        ->add_option("--connections", options->connections,
                     "Connections of the generator; default 256.")
        ->check(CLI::Range(1, 20'000));
    command->add_option("--seed", options->seed,
                        "The same seed plays the same people; default: drawn and printed.");
    command->add_option("--json", options->json_file, "Also write the report as JSON.")
        ->type_name("FILE");
    command->add_flag("--quiet", options->quiet, "Only the report.");
    command->add_option("--target", options->public_url,
                        "A running server, http://127.0.0.1:8080; default: one of its own.");
    command->add_option("--console", options->console_url,
                        "The console of --target, http://127.0.0.1:9090.");
    command->add_option("--token-key", options->token_key_file,
                        "token.key of --target, to make the buyers' tokens.");
    const auto person = [command](const char* flag, const char* text, std::string& name,
                                  std::string& password) {
        command->add_option_function<std::string>(
            flag,
            [&name, &password](const std::string& value) {
                if (const std::string what = split(value, name, password); !what.empty())
                    throw CLI::ValidationError(what);
            },
            text);
    };
    person("--operator", "Who makes the sale at --target, NAME:PASSWORD.", options->operator_name,
           options->operator_password);
    person("--reviewer", "Who approves it, NAME:PASSWORD.", options->reviewer_name,
           options->reviewer_password);
    command->callback(
        [options, window, &exit_code] { exit_code = run(*options, window->count() != 0); });
}

}  // namespace sluice::command
