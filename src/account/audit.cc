// SPDX-License-Identifier: Apache-2.0
#include "account/audit.h"

#include <string_view>
#include <utility>

#include "base/secret.h"

namespace sluice::account {

namespace {

/// Each part is preceded by its length, so that no two different entries make the same text.
void append_part(std::string& text, std::string_view part) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
}

}  // namespace

AuditFilter about(std::string subject) {
    AuditFilter filter;
    filter.subject = std::move(subject);
    return filter;
}

std::string chain_hash(const AuditEntry& entry, const std::string& previous_hash) {
    std::string text;
    append_part(text, "sluice audit 1");
    append_part(text, previous_hash);
    append_part(text, std::to_string(entry.seq));
    append_part(text, std::to_string(entry.at.ms));
    append_part(text, std::to_string(entry.who.value));
    append_part(text, entry.who_name);
    append_part(text, entry.action);
    append_part(text, entry.subject);
    append_part(text, entry.before);
    append_part(text, entry.after);
    append_part(text, entry.reason);
    append_part(text, entry.address);
    return base::digest_hex(text);
}

}  // namespace sluice::account
