// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/check.h"

namespace sluice::base {

namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_hex(std::span<const unsigned char> bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

constexpr std::size_t kKeyDigits = 64;

/// An open file that closes itself.
class File {
   public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

   private:
    int descriptor_;
};

/// Turns errno into an Error that names the file.
std::unexpected<Error> file_failure(const char* verb, const std::filesystem::path& file,
                                    int error) {
    const ErrorCode code = error == ENOSPC || error == EDQUOT  ? ErrorCode::full
                           : error == EACCES || error == EPERM ? ErrorCode::forbidden
                                                               : ErrorCode::unavailable;
    return failure(code, fmt::format("cannot {} the key file {}: {}; check that its folder exists "
                                     "and belongs to the user that runs the program",
                                     verb, file.string(), std::strerror(error)));
}

std::optional<Bytes32> parse_key(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    Bytes32 key{};
    std::size_t size = 0;
    const char* end = nullptr;
    if (text.size() != kKeyDigits ||
        sodium_hex2bin(key.data(), key.size(), text.data(), text.size(), nullptr, &size, &end) !=
            0 ||
        size != key.size() || end != text.data() + text.size())
        return std::nullopt;
    return key;
}

/// Reads what is in `file`, at most a little more than a key can be.
Result<std::string> read_key_text(int descriptor, const std::filesystem::path& file) {
    std::array<char, kKeyDigits + 8> buffer{};
    std::size_t size = 0;
    while (size < buffer.size()) {
        const ssize_t got = ::read(descriptor, buffer.data() + size, buffer.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file_failure("read", file, errno);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    std::string text(buffer.data(), size);
    sodium_memzero(buffer.data(), buffer.size());
    return text;
}

/// The key in `file`, or nothing if there is no such file.
Result<std::optional<Bytes32>> load_key(const std::filesystem::path& file) {
    // Without blocking: a named pipe in its place must not hang the start.
    const File opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!opened.is_open()) {
        if (errno == ENOENT) return std::nullopt;
        return file_failure("open", file, errno);
    }
    struct stat status {};
    if (::fstat(opened.get(), &status) != 0) return file_failure("look at", file, errno);
    if (!S_ISREG(status.st_mode))
        return failure(ErrorCode::damaged,
                       fmt::format("{} is not a regular file; a key is kept in one; move it away "
                                   "or name another file",
                                   file.string()));
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return failure(ErrorCode::forbidden,
                       fmt::format("the key file {0} is open to other users of this machine (mode "
                                   "{1:03o}); run: chmod 600 {0}",
                                   file.string(), static_cast<unsigned>(status.st_mode & 0777)));
    auto text = read_key_text(opened.get(), file);
    if (!text) return std::unexpected(std::move(text).error());
    const auto key = parse_key(*text);
    sodium_memzero(text->data(), text->size());
    if (!key)
        return failure(ErrorCode::damaged,
                       fmt::format("{} does not hold a key ({} hexadecimal digits); restore it "
                                   "from a backup, or move it away to have a new one made, which "
                                   "ends all that was signed with the old one",
                                   file.string(), kKeyDigits));
    return key;
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t put = ::write(descriptor, text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

/// Makes the new name survive a loss of power. Some file systems cannot sync a folder: then they
/// need not.
void sync_folder_of(const std::filesystem::path& file) {
    const auto parent = file.parent_path();
    const File folder(
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
    if (folder.is_open()) ::fsync(folder.get());
}

/// Stores a new random key. True: it is in `file`; false: somebody else was faster.
/// The key is written beside `file` and then linked to its name, so that `file` is never seen half
/// written, and of several processes exactly one wins.
Result<bool> store_new_key(const std::filesystem::path& file) {
    std::string beside = file.string() + ".XXXXXX";
    const File made(::mkostemp(beside.data(), O_CLOEXEC));  // O_EXCL and mode 0600
    if (!made.is_open()) return file_failure("make", file, errno);
    Bytes32 key = random_bytes32();
    std::string text = to_hex(key) + "\n";
    const bool stored = ::fchmod(made.get(), S_IRUSR | S_IWUSR) == 0 &&
                        write_all(made.get(), text) && ::fsync(made.get()) == 0;
    const bool linked = stored && ::link(beside.c_str(), file.c_str()) == 0;
    const int error = linked ? 0 : errno;
    sodium_memzero(text.data(), text.size());
    sodium_memzero(key.data(), key.size());
    ::unlink(beside.c_str());
    if (stored && error == EEXIST) return false;
    if (!linked) return file_failure("write", file, error);
    sync_folder_of(file);
    return true;
}

}  // namespace

void open_secrets() { CHECK(sodium_init() >= 0); }

void fill_random(std::span<unsigned char> bytes) { randombytes_buf(bytes.data(), bytes.size()); }

Bytes32 random_bytes32() {
    Bytes32 bytes{};
    fill_random(bytes);
    return bytes;
}

std::uint64_t random_u64() {
    std::uint64_t number = 0;
    randombytes_buf(&number, sizeof number);
    return number;
}

MacKey::MacKey(const Bytes32& key) noexcept : keyed_{} {
    static_assert(sizeof(crypto_generichash_state) == kStateSize);
    crypto_generichash_state state;
    CHECK(crypto_generichash_init(&state, nullptr, 0, sizeof(Mac16)) == 0);
    crypto_generichash_update(&state, key.data(), key.size());
    std::memcpy(keyed_.data(), &state, sizeof state);
}

Mac16 MacKey::sign(std::string_view message) const noexcept {
    crypto_generichash_state state;
    std::memcpy(&state, keyed_.data(), sizeof state);
    crypto_generichash_update(&state, bytes_of(message), message.size());
    Mac16 mac{};
    crypto_generichash_final(&state, mac.data(), mac.size());
    return mac;
}

bool MacKey::verify(std::string_view message, const Mac16& mac) const noexcept {
    const Mac16 expected = sign(message);
    return sodium_memcmp(expected.data(), mac.data(), mac.size()) == 0;
}

std::string hmac_sha256_hex(std::string_view key, std::string_view message) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(message), message.size());
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_final(&state, mac.data());
    return to_hex(mac);
}

bool same_secret(std::string_view a, std::string_view b) {
    // The length of a secret is no secret: all of a kind have the same.
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string digest_hex(std::string_view message) {
    std::array<unsigned char, 32> digest{};
    CHECK(crypto_generichash(digest.data(), digest.size(), bytes_of(message), message.size(),
                             nullptr, 0) == 0);
    return to_hex(digest);
}

Result<std::string> hash_password(std::string_view password) {
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (crypto_pwhash_str_alg(
            hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return failure(ErrorCode::unavailable,
                       "cannot hash a password: the 64 MiB of memory that it takes are not free; "
                       "try again, or give the program more memory");
    return std::string(hash.data());
}

bool verify_password(const std::string& hash, std::string_view password) {
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

Result<Bytes32> load_or_create_key(const std::filesystem::path& file) {
    // Twice: the second look finds the key of whoever was faster. A third would mean a broken link.
    for (int look = 0; look < 2; ++look) {
        auto found = load_key(file);
        if (!found) return std::unexpected(std::move(found).error());
        if (*found) return **found;
        const auto stored = store_new_key(file);
        if (!stored) return std::unexpected(stored.error());
    }
    auto found = load_key(file);
    if (!found) return std::unexpected(std::move(found).error());
    if (*found) return **found;
    return failure(ErrorCode::damaged,
                   fmt::format("{} is a link to a file that does not exist; remove the link or "
                               "restore what it leads to",
                               file.string()));
}

}  // namespace sluice::base
