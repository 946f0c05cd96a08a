// SPDX-License-Identifier: Apache-2.0
// `sluice admin`: operators, from the host itself: whoever may read the store's folder owns the
// installation.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "account/account.h"
#include "account/audit_actions.h"
#include "adapter/sqlite/account_store.h"
#include "adapter/sqlite/database.h"
#include "base/check.h"
#include "base/secret.h"
#include "command/commands.h"
#include "command/setup_link.h"

namespace sluice::command {

using account::AuditEntry;
using account::Operator;
using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

struct AdminFlags {
    ConfigFlags config;
    std::string name;
    std::string role = "owner";
};

/// Reads one line; from a terminal without showing it.
std::string read_password(const char* prompt) {
    const bool terminal = isatty(STDIN_FILENO) != 0;
    termios before{};
    if (terminal) {
        fmt::print(stderr, "{}", prompt);
        tcgetattr(STDIN_FILENO, &before);
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &silent);
    }
    std::string line;
    std::getline(std::cin, line);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
        fmt::print(stderr, "\n");
    }
    return line;
}

Result<std::string> ask_password_hash(const std::string& name) {
    const std::string password = read_password("Password: ");
    if (const auto what = account::complaint_about_password(password, name); !what.empty())
        return failure(ErrorCode::invalid, what);
    if (isatty(STDIN_FILENO) != 0 && read_password("Again: ") != password)
        return failure(ErrorCode::invalid, "the two passwords differ");
    return base::hash_password(password);
}

AuditEntry from_host(std::string action, std::string subject, base::Instant now) {
    AuditEntry entry;
    entry.at = now;
    entry.who_name = "host";
    CHECK(account::is_audit_action(action));
    entry.action = std::move(action);
    entry.subject = std::move(subject);
    entry.address = "local";
    return entry;
}

/// Runs `work(store, now)` on the store of a server that does not run.
template <class Work>
int with_store(const AdminFlags& flags, Work work) {
    const auto config = load_config(flags.config);
    if (!config) return complain(config.error(), kUsage);
    base::open_secrets();
    auto database = adapter::Database::open(config->data_dir);
    if (!database) return complain(database.error());
    adapter::SqliteAccountStore store(**database);
    const base::SystemClock clock;
    const Result<std::string> said = work(store, clock.now());
    if (!said) return complain(said.error());
    fmt::print("{}\n", *said);
    return kDone;
}

int create(const AdminFlags& flags) {
    return with_store(
        flags, [&flags](account::AccountStore& store, base::Instant now) -> Result<std::string> {
            if (const auto what = account::complaint_about_name(flags.name); !what.empty())
                return failure(ErrorCode::invalid, what);
            const auto role = account::parse_role(flags.role);
            if (!role) return std::unexpected(role.error());
            const auto hash = ask_password_hash(flags.name);
            if (!hash) return hash;
            Operator who;
            who.name = flags.name;
            who.role = *role;
            who.password_hash = *hash;
            who.created_at = now;
            const auto added = store.add_operator(
                who, from_host("operator.create", "operator/" + flags.name, now));
            if (!added) return std::unexpected(added.error());
            return fmt::format("{} is {} now", flags.name, flags.role);
        });
}

int reset_password(const AdminFlags& flags) {
    return with_store(
        flags, [&flags](account::AccountStore& store, base::Instant now) -> Result<std::string> {
            auto who = store.operator_by_name(flags.name);
            if (!who) return std::unexpected(who.error());
            const auto hash = ask_password_hash(flags.name);
            if (!hash) return hash;
            who->password_hash = *hash;
            const auto changed = store.change_operator(
                *who, from_host("operator.reset_password", "operator/" + flags.name, now));
            if (!changed) return std::unexpected(changed.error());
            return fmt::format("{} has a new password; all sessions of {} are ended", flags.name,
                               flags.name);
        });
}

int disable_totp(const AdminFlags& flags) {
    return with_store(
        flags, [&flags](account::AccountStore& store, base::Instant now) -> Result<std::string> {
            const auto who = store.operator_by_name(flags.name);
            if (!who) return std::unexpected(who.error());
            const auto done = store.disable_totp(
                who->id, from_host("operator.totp_disable", "operator/" + flags.name, now));
            if (!done) {
                if (done.error().code != ErrorCode::not_found) return std::unexpected(done.error());
                return failure(ErrorCode::not_found, flags.name + " has no second factor");
            }
            return fmt::format("{} has no second factor now and can enable a new one", flags.name);
        });
}

int list(const AdminFlags& flags) {
    return with_store(
        flags, [](account::AccountStore& store, base::Instant) -> Result<std::string> {
            const auto operators = store.operators();
            if (!operators) return std::unexpected(operators.error());
            std::string lines;
            for (const Operator& who : *operators)
                lines += fmt::format("{}{:<20} {:<10} {:<5}{}", lines.empty() ? "" : "\n", who.name,
                                     account::to_text(who.role), who.totp_enabled ? "totp" : "",
                                     who.disabled ? "disabled" : "");
            return lines.empty() ? "no operators yet: sluice admin create NAME" : lines;
        });
}

int setup_link(const AdminFlags& flags) {
    const auto config = load_config(flags.config);
    if (!config) return complain(config.error(), kUsage);
    const auto link = read_setup_link(config->data_dir);
    if (!link) return complain(link.error());
    fmt::print(
        "{}\nGood for 15 minutes from the start of the server, once; start it again for a new "
        "one.\n",
        *link);
    return kDone;
}

}  // namespace

void add_admin(CLI::App& program, int& exit_code) {
    auto flags = std::make_shared<AdminFlags>();
    CLI::App* command =
        program.add_subcommand("admin", "Operators of the console, from the host itself.");
    command->require_subcommand(1);
    command->footer(
        "Example: sluice admin create alice --role owner --data ./sluice-data\n"
        "The server must not be running; while it runs, use the console.");

    const auto add = [&](const char* name, const char* text, bool named,
                         int (*run)(const AdminFlags&)) {
        CLI::App* sub = command->add_subcommand(name, text);
        add_config_flags(*sub, flags->config);
        if (named) sub->add_option("name", flags->name, "Name of the operator.")->required();
        sub->callback([flags, run, &exit_code] { exit_code = run(*flags); });
        return sub;
    };
    add("create", "Create an operator; the password is asked for, or read from standard input.",
        true, create)
        ->add_option("--role", flags->role,
                     "owner, operator, reviewer, support or viewer; default owner.");
    add("reset-password", "Give an operator a new password and end all sessions.", true,
        reset_password);
    add("disable-totp",
        "Take away the second factor of an operator who lost phone and recovery codes.", true,
        disable_totp);
    add("list", "List the operators.", false, list);
    add("setup-link", "Print the running server's one-time link for the first owner again.", false,
        setup_link);
}

}  // namespace sluice::command
