// SPDX-License-Identifier: Apache-2.0
// Sentences: the table of all that the server says to people at a console, and `say`, which makes
// one of it:   say("too_long", length, kTitleMax)
// A code that is not in the table does not compile, nor one with more or fewer values than its text
// has holes. A new sentence is a line here and one in web/console/src/sentences.ts, which
// `tools/web run test:console` compares with this file.   Threads: any; constant.
// Rules: a code keeps its meaning and the names of its holes for ever (docs/decisions/0015); the
// words may become better. Holes of these names are shown in the reader's own way: {at} a time,
// {state} of an activity, {role} of an operator, a {switch}. A {why} is what another program said:
// given as an Error with a sentence, that one's code goes with it as `why_code`.
// Include it where something is said, not in headers: it changes often.
#pragma once

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "base/sentence.h"
#include "base/time.h"

namespace sluice::base {

struct Wording {
    std::string_view code;
    std::string_view english;
};

// clang-format off
inline constexpr auto kSentences = std::to_array<Wording>({
    // A body, and the values in it (api/json_body)
    {"required", "is required."},
    {"not_a_text", "must be a text."},
    {"not_one_line", "must be text without control characters or line breaks."},
    {"not_clean", "must be text without control characters, except line breaks and tabs."},
    {"turns_around",
     "This has an invisible character that turns the direction of writing around (U+202A to U+202E "
     "or U+2066 to U+2069): with it, one text poses as another. Type it anew, do not copy it."},
    {"empty", "must not be empty."},
    {"wrong_length", "must have {least} to {most} characters; it has {length}."},
    {"out_of_range", "must be a whole number from {least} to {most}."},
    {"not_a_flag", "must be true or false."},
    {"not_a_time", "must be a time by RFC 3339, such as \"2026-11-21T04:10:00Z\"."},
    {"time_out_of_range", "must be a time in the years {least} to {most}."},
    {"query_not_a_time", "{key} must be a time, such as \"2026-11-21T04:10:00Z\"."},
    {"query_time_out_of_range", "{key} must be a time in the years {least} to {most}."},
    {"not_a_currency", "must be three capital letters of ISO 4217, such as \"CNY\"."},
    {"not_a_choice", "must be one of: {choices}."},
    {"not_an_id", "must be an id: a string of digits, such as \"7\"."},
    {"not_an_object", "must be an object."},
    {"not_objects", "must be an array of at most {most} objects."},
    {"unknown_key", "is not known here."},
    {"unknown_key_near", "is not known here; did you mean \"{nearest}\"?"},
    {"body_empty", "The body is empty; a JSON object is expected."},
    {"body_too_deep", "The body is nested deeper than {most} levels."},
    {"body_not_json", "The body is not JSON: {why}."},
    {"body_not_object", "The body must be a JSON object."},
    {"body_key_twice", "The body has {key} twice; each key of an object may stand there once."},
    {"not_a_cursor", "must be the next_cursor of the page before."},
    {"key_required", "is required: 1 to {most} visible ASCII characters, new for each purchase."},

    // Products and skus (catalog)
    {"too_long", "This has {length} characters; at most {most} are allowed."},
    {"code_missing", "A code is needed: the shop's own name for it, such as PHONE-128."},
    {"code_too_long", "This code has {length} bytes; at most {most} are allowed."},
    {"code_characters",
     "A code has only letters A to Z and a to z, digits, and . _ -, without spaces."},
    {"title_not_one_line",
     "A title is one line of text; take out line breaks, tabs and control characters."},
    {"title_blank", "A title is needed: it is what customers read."},
    {"description_not_clean",
     "A description is plain text; take out control characters (line breaks are fine)."},
    {"image_too_long", "This address has {length} bytes; at most {most} are allowed."},
    {"image_no_address",
     "The address of an image begins with https:// and a host, or is a path on this host such as "
     "/images/phone.jpg."},
    {"image_characters",
     "The address of an image has only ASCII characters without spaces, quotes and backslashes; "
     "write others percent-encoded, such as %20."},
    {"image_name",
     "A picture below /images/ has a name of at most {most} letters A to Z and a to z, digits and "
     ". _ -, which does not begin with a dot and ends with .svg, .webp, .avif, .png, .jpg or "
     ".jpeg."},
    {"too_many_skus", "This product has {count} skus; at most {most} are allowed."},
    {"sku_code_twice",
     "The code \"{code}\" is that of sku {first} already; each sku needs its own."},
    {"sku_not_of_product", "is no sku of this product."},
    {"product_code_taken", "Another product has the code {code}."},
    {"sku_code_taken", "A sku of another product has the code {code}."},
    {"sku_code_of_product",
     "The sku code {code} is of the product {product} already; each sku needs its own."},
    {"sku_in_use", "The sku {code} cannot be removed: activity {activity} uses it."},
    {"product_changed", "The product was changed by somebody else; load it again."},
    {"import_too_many_skus", "The product {code} would have more than {most} skus."},

    // Files with products (catalog/import_*)
    {"file_too_long",
     "The file has {length} bytes; at most {most} are imported at once. Split it into several "
     "files."},
    {"file_not_utf8",
     "This is not UTF-8 text. Save the file in the encoding UTF-8 (in a spreadsheet: \"CSV "
     "UTF-8\") and import it again."},
    {"file_empty", "The file is empty."},
    {"file_too_many_rows", "The file has more than {most} rows. Split it into several files."},
    {"file_too_many_skus", "The file has more than {most} skus. Split it into several files."},
    {"file_too_many_products",
     "The file has {count} products; at most {most} are imported at once. Split it into several "
     "files."},
    {"csv_stray_quote",
     "A quotation mark stands inside a field without quotes. Put the whole field in quotes and "
     "double the marks in it: \"6\"\" display\"."},
    {"csv_open_quote",
     "This quoted field never ends. Close it with a quotation mark, and double each mark inside "
     "it."},
    {"csv_after_quote",
     "After the closing quotation mark of a field comes a comma or the end of the line. Double "
     "each mark that belongs to the text."},
    {"csv_column_unnamed", "This column has no name. Name it or take it out."},
    {"csv_column_near", "There is no column \"{column}\". Did you mean \"{nearest}\"?"},
    {"csv_no_commas",
     "The columns are not separated by commas. Save the file with the comma as separator."},
    {"csv_column_unknown", "There is no column \"{column}\". Known columns: {known}."},
    {"csv_too_many_columns", "The header has {count} columns; there are only {most}."},
    {"csv_column_twice", "The column \"{column}\" stands here a second time."},
    {"csv_column_missing", "The column \"{column}\" is missing in the header."},
    {"csv_title_differs",
     "The product {code} is \"{title}\" in line {line} and \"{other}\" here. Write the same title "
     "in all its rows."},
    {"csv_column_differs",
     "The product {code} has another {column} in a row above. Write it once, or the same each "
     "time."},
    {"csv_too_wide",
     "This row has {count} fields, but the header has {wanted}. A field with a comma in it needs "
     "quotes around it."},
    {"csv_too_narrow",
     "This row has {count} fields, but the header has {wanted}. Write the missing fields, empty "
     "ones as well."},
    {"csv_no_rows", "The file has a header but no rows under it."},
    {"sku_code_in_line",
     "The sku code {code} is in line {line} already; each sku needs its own."},
    {"product_code_in_line",
     "The product code {code} is in line {line} already; each product needs its own."},
    {"json_key_twice", "\"{key}\" stands here a second time."},
    {"json_key_missing", "\"{key}\" is missing."},
    {"json_not_text", "\"{key}\" must be text in quotation marks."},
    {"json_not_array", "\"{key}\" must be an array: [{\"code\":…,\"title\":…}, …]."},
    {"json_key_near", "There is no \"{key}\". Did you mean \"{nearest}\"?"},
    {"json_key_unknown", "There is no \"{key}\". Known are: {known}."},
    {"json_product_shape",
     "A product must be an object: {\"code\":…,\"title\":…,\"skus\":[…]}."},
    {"json_sku_shape", "A sku must be an object: {\"code\":…,\"title\":…}."},
    {"json_no_array", "The file must be an array of products: [{\"code\":…}, …]."},
    {"json_array_empty", "The array is empty: there is nothing to import."},
    {"json_too_deep", "The arrays and objects are nested too deeply for a list of products."},
    {"json_cut_off", "The file ends in the middle of a value. Was it cut off?"},
    {"json_more_behind",
     "There is something after the end of the array of products. Take it out."},
    {"json_malformed", "This is not JSON: {why}."},

    // Activities and their life (activity, api/admin/activities, lifecycle)
    {"line_not_one_line",
     "This is one line of text; take out line breaks, tabs and control characters."},
    {"line_blank", "This is needed: it is what customers read."},
    {"text_not_clean",
     "This is plain text; take out control characters (line breaks are fine)."},
    {"start_missing", "Say when the activity starts."},
    {"end_missing", "Say when the activity ends."},
    {"end_before_start", "The end must be after the start, which is {at}."},
    {"end_too_late", "The end must be before the year 2090."},
    {"window_too_long", "An activity lasts at most {days} days."},
    {"end_past", "The end is past: it is {at} now."},
    {"price_negative", "A price cannot be negative."},
    {"price_too_high", "A price is at most {most} minor units."},
    {"currency_missing", "Say the currency in three capital letters, such as CNY."},
    {"currency_unknown",
     "{currency} is no currency that people pay with today. Allowed are the active codes of ISO "
     "4217, such as CNY, USD, EUR or JPY."},
    {"currency_differs",
     "All items of an activity have one currency; the first one has {currency}."},
    {"list_currency_differs", "The list price must have the currency of the price."},
    {"list_price_below",
     "The list price is shown struck through, so it cannot be below the price. Leave it out to "
     "show none."},
    {"pay_window_range", "The payment window is {least} to {most} ms (at most 7 days)."},
    {"sku_missing", "Say which sku is sold."},
    {"sku_unknown", "There is no such sku. Add its product first."},
    {"sku_sold_twice", "This sku is sold by item {first} already; one item each."},
    {"stock_range", "The stock is 1 to {most} units."},
    {"limit_range", "The purchase limit is 1 to {most} units, or 0 for none."},
    {"challenge_not_offered",
     "The entry \"challenge\" is not offered yet. Use \"ticket\" or \"open\"."},
    {"tag_characters",
     "The traffic tag has at most {most} letters, digits and . _ -, or is empty."},
    {"too_many_items", "This activity has {count} items; at most {most} are allowed."},
    {"item_not_of_activity", "is no item of this activity. Leave it out for a new one."},
    {"item_has_stock_changes",
     "The item {item} cannot be removed: stock changes were proposed for it."},
    {"activity_changed", "The activity was changed by somebody else; load it again."},
    {"changed_since_read", "It was changed since you read it. Read it again, then decide."},
    {"saved_since_read",
     "{who} saved it at {at}, after you had read it. Read it again, then decide."},
    {"submit_only_drafts", "Only a draft can be submitted; this activity is {state}."},
    {"sells_nothing", "The activity sells nothing yet. Add an item."},
    {"approve_only_in_review", "Only an activity in review can be approved; this one is {state}."},
    {"own_work",
     "Whoever created or submitted an activity cannot approve it. Ask another reviewer."},
    {"mend_to_submit", "It cannot be submitted like this: edit what is listed first."},
    {"reject_to_change",
     "It cannot be approved like this any more. Reject it, so that it can be changed."},
    {"reject_only_reviewed",
     "Only an activity that is in review or approved can be rejected; this one is {state}."},
    {"note_not_clean", "The note has control characters; take them out."},
    {"note_too_long", "The note has more than {most} characters."},
    {"note_missing",
     "Say why in \"note\": its author reads it and knows what to change."},
    {"edit_only_drafts",
     "This activity is {state}, so it cannot be changed. Reject it first; then it is a draft "
     "again."},
    {"remove_only_drafts", "Only a draft can be deleted; this activity is {state}."},
    {"terms_fixed",
     "This activity is {state}: its terms are fixed. Only the stock of its items can change now."},
    {"warm_only_approved", "Only an approved activity can be warmed up. This one is {state}."},
    {"not_warm", "The activity is not warm yet. Warm it up first."},
    {"paused_by_change",
     "It was changed in the moment of its warm-up, and is paused. Resume it with the terms that "
     "were approved, or end it."},
    {"nothing_to_report", "It is not warm, so there is nothing to report."},

    // What runs: stock, items, pages, switches, lists (api/admin)
    {"zero", "must not be 0."},
    {"past", "is past already."},
    {"until_when_on", "belongs to switching off."},
    {"until_not_offered", "is not offered here: a person switches purchases on again."},
    {"one_of_three", "Name one of activity_id, item_id and sku_id, or none of them for all."},
    {"stopped_not_stored",
     "Purchases are stopped now, but a restart would forget it: {why}"},
    {"own_stock_change", "Whoever proposed a stock change cannot approve it. Ask another."},
    {"stock_change_decided",
     "This stock change was decided already; the list shows what was decided."},
    {"stock_item_not_in_sale",
     "There is no such item in the sale. Before the warm-up, edit the activity instead."},
    {"item_not_in_sale", "There is no such item in the sale; is it warm?"},
    {"tag_item_not_in_sale",
     "There is no such item in the sale. Before it is warm, its tag is edited with its activity."},
    {"not_in_sale", "There is nothing of that in the sale; is it warm?"},
    {"nothing_published", "Nothing of it is published."},
    {"search_malformed", "?q must be an order's id or a customer's name."},
    {"not_of_the_log",
     "Write it as it stands in the log: at most {most} bytes without control characters."},
    {"to_before_from", "The end of the time is before its start, {at}."},
    {"search_by_customer", "Your role does not allow a search by customer."},
    {"no_history", "No history is kept here."},
    {"no_archive", "The ledger cannot be read here."},
    {"risk_reason_long", "the reason must be at most {most} characters of text"},
    {"risk_user", "a user is named by 32 hexadecimal digits in lower case"},
    {"risk_kind", "the kind must be user or address"},
    {"risk_network",
     "this is neither an address (203.0.113.7, 2001:db8::7) nor a network (203.0.113.0/24, "
     "2001:db8::/32)"},
    {"risk_bits_behind",
     "bits are set behind the first {bits} of the network; write its first address, or leave out "
     "the slash to mean one address"},
    {"risk_too_wide",
     "the network is too wide and would block nearly everybody; use /{v4} or longer for IPv4 and "
     "/{v6} or longer for IPv6"},

    // People (account, api/admin/session, operators, second_factor)
    {"name_length", "a name must have {least} to {most} characters"},
    {"name_characters", "a name may only contain a to z in lower case, digits and . _ -"},
    {"role_unknown", "the role must be owner, operator, reviewer, support or viewer"},
    {"password_short", "a password must have at least {least} characters; take a few words"},
    {"password_long", "a password may have at most {most} bytes; a Chinese character has three"},
    {"password_not_clean", "a password must be text in UTF-8 without control characters"},
    {"password_has_name", "a password must not contain the name"},
    {"password_repeats", "a password must not be a few characters over and over"},
    {"password_common",
     "this password is among the most common ones, which are tried first; take another"},
    {"csrf_wrong", "Send the `csrf` of your session in X-CSRF-Token."},
    {"password_wrong", "The password is wrong."},
    {"current_password_wrong", "The current password is wrong."},
    {"name_or_password_wrong", "The name or the password is wrong."},
    {"role_forbids", "Your role, {role}, does not allow this. Ask an owner."},
    {"link_not_good",
     "This link was used, has expired, or is not complete. `sluice admin setup-link` prints a new "
     "one while there is no owner."},
    {"operator_name_taken", "the name {name} is taken"},
    {"last_owner",
     "nobody would be left who is an owner and may log in; make somebody else an owner first"},
    {"owner_exists", "there is an owner already; ask for an account"},
    {"code_wrong", "The code is wrong, or was used before."},
    {"totp_enabled_already", "a second factor is enabled; disable it first"},
    {"totp_not_enabled", "No second factor is enabled."},
    {"totp_not_begun",
     "No secret waits for its first code. Ask for a new one: POST "
     "/admin/v1/operators/current/totp."},
    {"no_such_session", "You have no such session."},

    // The checks before a sale (api/admin/preflight): what was seen
    {"state_unapproved", "It is {state}: nobody has approved it."},
    {"state_not_warm", "It is approved, and not warm: nothing is loaded."},
    {"state_paused", "It is paused: nobody can buy."},
    {"over", "It is over."},
    {"state_is", "It is {state}."},
    {"item_not_loaded", "{item} is not loaded."},
    {"stock_other_than_planned", "{item}: {loaded} units were loaded, {planned} are planned."},
    {"stock_unbalanced", "{item}: the stock does not add up."},
    {"item_stopped", "{item} is stopped."},
    {"stock_changed", "{item}: {units} units now, after stock changes."},
    {"stock_as_planned", "Every item has the planned units."},
    {"no_items", "It sells nothing."},
    {"item_no_units", "{item}: no unit to sell."},
    {"item_price_zero", "{item} costs nothing."},
    {"item_no_limit", "{item}: one customer may buy all of it."},
    {"item_limit_above_stock",
     "{item}: the purchase limit is more than the stock, so one buyer may take every unit."},
    {"item_price_not_below", "{item}: the price is not below the list price."},
    {"items_complete", "Every item has stock, a purchase limit and a price."},
    {"started", "It has started."},
    {"shorter_than_pay_window",
     "It is shorter than a payment window: units that come back are not sold again."},
    {"starts_in", "It starts in {seconds} s and lasts {length} s."},
    {"rehearsal_no_pages", "A rehearsal has no pages."},
    {"pages_before_warm", "Nothing is published before the warm-up."},
    {"pages_unreadable", "What is published cannot be read: {why}"},
    {"page_unpublished", "{page} is not published."},
    {"page_outdated", "{page} is not what would be rendered now."},
    {"pages_published", "{count} pages are published, as they would be now."},
    {"item_without_picture", "{item} is shown without its picture {picture}."},
    {"picture_not_there", "There is no such file."},
    {"picture_too_long", "The file has more than {kib} KiB."},
    {"picture_unreadable", "The file cannot be read."},
    {"picture_of_no_kind", "Its name says no kind of picture."},
    {"picture_no_folder", "public.image_dir names no folder."},
    {"pictures_there", "No picture is missing."},
    {"page_too_long",
     "{item}: the page has {length} bytes, compressed; {most} are the most that come at once."},
    {"pages_short", "No page of an item has more than {most} bytes."},
    {"item_sold_elsewhere", "{item} is also on sale in activity {activity} ({name})."},
    {"no_overlap", "No other activity sells the same at that time."},
    {"sandbox_off", "The sandbox is off, and a rehearsal needs it."},
    {"provider_silent", "The payment provider does not answer: {why}"},
    {"provider_answers", "{provider} answers."},
    {"sale_read_only", "The sale is read-only: {why}."},
    {"ledger_is_empty", "Nothing is recorded yet."},
    {"ledger_is",
     "{records} records, the last one at {at}; 99 of 100 commits took at most {commit} ms."},
    {"switch_off", "{switch} is off."},
    {"switches_on", "All are on."},
    {"purchases_stopped", "All purchases are stopped."},
    {"purchases_not_stopped", "Not stopped."},
    {"descriptors_allowed", "{count} allowed"},
    {"descriptors_few", "{count} allowed, {wanted} wanted for connections_max"},
    {"backlog_is", "somaxconn is {backlog}"},
    {"backlog_short", "somaxconn is {backlog}; a start brings thousands of connections at once"},
    {"clock_synchronised", "synchronised"},
    {"clock_not_synchronised",
     "the kernel does not say that the clock is synchronised; sales start and end by it"},
    {"folder_unreadable", "cannot look at {folder}"},
    {"disk_free", "{megabytes} MB free"},
    {"disk_short",
     "{megabytes} MB free; a million orders take some 200 MB, and a full disk stops the sale"},

    // The checks before a sale: what to do
    {"do_submit", "Submit it, and let another person approve it."},
    {"do_warm", "Warm it up."},
    {"do_resume", "Resume it."},
    {"do_clone", "Clone it for another day."},
    {"do_propose_stock", "Propose a stock change for the difference."},
    {"do_reconcile", "Stop the item, then look at the reconciliation."},
    {"do_resume_item", "Resume the item."},
    {"do_check_changes", "Look whether the changes were meant for this sale."},
    {"do_add_item", "Add an item."},
    {"do_give_stock", "Give it stock."},
    {"do_set_price", "Set a price, unless it is a give-away."},
    {"do_set_limit", "Set a purchase limit."},
    {"do_lower_limit", "Lower the purchase limit, unless one buyer may take them all."},
    {"do_lower_price", "Lower the price, or show no list price."},
    {"do_control_room", "Look at it in the control room."},
    {"do_shorten_pay_window", "Shorten the payment window, or end later."},
    {"do_read_log", "Look at the log."},
    {"do_read_log_metrics", "Look at the log and at /metrics."},
    {"do_publish", "Publish the pages again."},
    {"do_put_picture",
     "Put the picture into the folder public.image_dir, then publish the pages again."},
    {"do_shorten_text", "Shorten the text of the product, then publish the pages again."},
    {"do_part_activities", "Move one of the two, or see that both have units of their own."},
    {"do_check_provider", "Look at [payment] in the configuration and at the provider."},
    {"do_check_disk", "Look at the disk, then restart."},
    {"do_faster_disk", "Put the data folder on a faster disk."},
    {"do_switch_on", "Switch it on."},
    {"do_allow_purchases", "Switch `purchases` on again."},
    {"do_raise_descriptors", "raise LimitNOFILE or `ulimit -Hn`"},
    {"do_raise_backlog", "sysctl -w net.core.somaxconn=4096"},
    {"do_synchronise", "run chrony or systemd-timesyncd"},
    {"do_check_folder", "check the folder and who owns it"},
    {"do_free_space", "free some space, or move the data folder"},

    // Causes: what the store said, in other words
    {"store_full", "The disk of the store is full. Free some space on it, then restart."},
    {"store_damaged",
     "The store holds what cannot be read. Run `sluice doctor`, and restore a backup if it "
     "confirms the damage."},
    {"store_busy", "Another program is writing to the store. End that program."},
    {"store_forbidden",
     "The store cannot be opened or written. Check who owns the data directory and its files, and "
     "their modes."},
    {"store_disk_failed",
     "The disk of the store fails. Look for its errors in the system's log, then restart."},
    {"store_failed", "The store could not do its work."},
    {"provider_none", "No payment provider is set up."},
    {"provider_unreachable", "The payment provider cannot be reached."},

    // Reconciliation
    {"reserved_differs", "Reserved is {counter}, but the orders make it {recomputed}."},
    {"sold_differs", "Sold is {counter}, but the orders make it {recomputed}."},
    {"available_differs", "Available is {counter}, but the orders make it {recomputed}."},
    {"orders_differ", "The number of orders is {counter}, but the orders make it {recomputed}."},
    {"oversold", "More units are reserved and sold than there are."},
    {"total_differs",
     "The total is {counter}, but the stock at the warm-up and the approved changes make it "
     "{recomputed}. If a change is still open, approve it again: that finishes it."},
    {"orders_misplaced",
     "{count} orders hold units that their state does not allow, or lack theirs."},
    {"limits_exceeded", "{count} users have more than their limit."},
});
// clang-format on

/// A `{name}` in an English text; size 0: there is none. What else is in braces is no hole.
struct Hole {
    std::size_t at = 0;
    std::size_t size = 0;
    std::string_view name;
};

constexpr Hole next_hole(std::string_view text, std::size_t from) {
    for (std::size_t at = text.find('{', from); at != std::string_view::npos;
         at = text.find('{', at + 1)) {
        std::size_t end = at + 1;
        while (end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') || text[end] == '_' ||
                                     (text[end] >= '0' && text[end] <= '9')))
            ++end;
        if (end > at + 1 && end < text.size() && text[end] == '}')
            return {at, end + 1 - at, text.substr(at + 1, end - at - 1)};
    }
    return {};
}

constexpr std::size_t hole_count(std::string_view text) {
    std::size_t count = 0;
    for (Hole hole = next_hole(text, 0); hole.size > 0; hole = next_hole(text, hole.at + hole.size))
        ++count;
    return count;
}

/// The wording of a code that takes so many values; others do not compile.
template <class... Values>
struct CheckedWording {
    const Wording* wording = nullptr;

    // NOLINTNEXTLINE(google-explicit-constructor): `say("code")` is how it reads.
    consteval CheckedWording(const char* code) {
        for (const Wording& each : kSentences)
            if (each.code == code) wording = &each;
        if (wording == nullptr) throw "this code is not in kSentences";
        if (hole_count(wording->english) != sizeof...(Values))
            throw "the text of this code has more or fewer {holes} than there are values";
    }
};

inline Sentence::Value to_value(std::string_view text) { return {{}, std::string(text), false}; }
inline Sentence::Value to_value(Instant at) { return {{}, to_rfc3339(at), false}; }
inline Sentence::Value to_value(double number) { return {{}, fmt::format("{:.1f}", number), true}; }
template <std::integral Number>
requires(!std::same_as<Number, bool>) Sentence::Value to_value(Number number) {
    return {{}, std::to_string(number), true};
}

inline Sentence::Value to_value(const Error& why) { return {{}, why.what, false}; }

/// The code of a cause goes along, with a name of its own: it is in no text.
template <class Value>
void add_code(std::vector<Sentence::Value>& values, const Value& value) {
    if constexpr (std::same_as<Value, Error>)
        if (!value.sentence.empty())
            values.push_back({"why_code", std::string(value.sentence.code()), false});
}

/// The sentence of a code with its values, in the order of its holes.
template <class... Values>
[[nodiscard]] Sentence say(CheckedWording<std::type_identity_t<Values>...> checked,
                           const Values&... values) {
    std::vector<Sentence::Value> all;
    all.reserve(sizeof...(Values));
    (all.push_back(to_value(values)), ...);
    (add_code(all, values), ...);
    return said(checked.wording->code, checked.wording->english, std::move(all));
}

}  // namespace sluice::base
