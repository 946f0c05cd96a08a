// SPDX-License-Identifier: Apache-2.0
// sluice: a flash-sale server. Reads the command line; each command is in command/.
#include <CLI/CLI.hpp>
#include <exception>

#include "command/commands.h"

int main(int argc, char** argv) {
    using namespace sluice::command;
    CLI::App program{
        "sluice: a flash-sale server. Never oversells, answers at once, proves it afterwards.",
        "sluice"};
    program.require_subcommand(1);
    program.footer(
        "First steps:\n"
        "  sluice demo                 a sale to play with: storefront, console, payments\n"
        "  sluice rush                 a rehearsal with 100,000 buyers on a server of its own, "
        "with a "
        "verdict\n"
        "  sluice serve                the server\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 a verdict or check "
        "failed.");
    int exit_code = kDone;
    add_serve(program, exit_code);
    add_demo(program, exit_code);
    add_rush(program, exit_code);
    add_calibrate(program, exit_code);
    add_doctor(program, exit_code);
    add_admin(program, exit_code);
    add_config(program, exit_code);
    add_version(program, exit_code);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? kDone : kUsage;
    } catch (const std::exception& error) {
        // Adapters let none out; what is left is memory, and a file system that refuses a look.
        return complain({sluice::base::ErrorCode::unavailable, error.what()});
    }
    return exit_code;
}
