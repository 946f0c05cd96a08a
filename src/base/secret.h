// SPDX-License-Identifier: Apache-2.0
// Secret: random bytes, keys in files, keyed hashes and passwords. All of it is libsodium's.
// Threads: any. Passwords cost 64 MiB and some 50 ms each: never on a door, always on a desk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::base {

using Bytes32 = std::array<unsigned char, 32>;
using Mac16 = std::array<unsigned char, 16>;

/// Must be called once before anything else here; CHECKs that libsodium works.
void open_secrets();

void fill_random(std::span<unsigned char> bytes);
[[nodiscard]] Bytes32 random_bytes32();
[[nodiscard]] std::uint64_t random_u64();

/// Signs short messages: BLAKE2b of key and message, 128-bit result. The key in front makes a MAC
/// of BLAKE2b, which unlike SHA-2 cannot be extended (Luykx, Mennink, Neves: "Security Analysis of
/// BLAKE2's Modes of Operation", 2016). The key is taken in once, so that a message of up to 96
/// bytes takes one compression; the keyed mode of RFC 7693 takes two.
class MacKey {
   public:
    explicit MacKey(const Bytes32& key) noexcept;
    [[nodiscard]] Mac16 sign(std::string_view message) const noexcept;
    /// Takes the same time whatever differs.
    [[nodiscard]] bool verify(std::string_view message, const Mac16& mac) const noexcept;

   private:
    static constexpr std::size_t kStateSize = 384;  // of libsodium's hash, checked in secret.cc
    alignas(64) std::array<unsigned char, kStateSize> keyed_;  // the hash that has read the key
};

/// HMAC-SHA-256 in lower-case hexadecimal, as payment providers sign their callbacks.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view message);
/// Compares in constant time.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);
/// BLAKE2b-256 in hexadecimal: how tokens are kept at rest, and the links of the audit chain.
[[nodiscard]] std::string digest_hex(std::string_view message);

/// Argon2id with libsodium's "interactive" cost (64 MiB, 2 passes), as one printable string.
[[nodiscard]] Result<std::string> hash_password(std::string_view password);
[[nodiscard]] bool verify_password(const std::string& hash, std::string_view password);

/// The 32-byte key in `file` (64 hexadecimal digits); made and stored with mode 0600 if there is
/// none. Fails if the file is readable by others, is not a key, or cannot be written.
[[nodiscard]] Result<Bytes32> load_or_create_key(const std::filesystem::path& file);

}  // namespace sluice::base
