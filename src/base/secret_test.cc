// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

namespace sluice::base {
namespace {

/// A folder that is gone after the test.
class KeyFile : public testing::Test {
   protected:
    KeyFile() {
        std::string name = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        file_ = folder_ / "token.key";
    }
    ~KeyFile() override { std::filesystem::remove_all(folder_); }

    void write(std::string_view text, mode_t mode = 0600) const {
        std::ofstream(file_, std::ios::binary) << text;
        ASSERT_EQ(::chmod(file_.c_str(), mode), 0);
    }
    [[nodiscard]] std::string what() const {
        const auto key = load_or_create_key(file_);
        return key ? "" : key.error().what;
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(folder_), {}));
    }

    std::filesystem::path folder_;
    std::filesystem::path file_;
};

TEST_F(KeyFile, IsMadeOnceAndFoundAgain) {
    const auto made = load_or_create_key(file_);
    ASSERT_TRUE(made) << made.error().what;
    EXPECT_NE(*made, Bytes32{});
    const auto found = load_or_create_key(file_);
    ASSERT_TRUE(found) << found.error().what;
    EXPECT_EQ(*made, *found);
    EXPECT_EQ(files(), 1U);
}

TEST_F(KeyFile, IsForItsOwnerOnlyWhateverTheUmask) {
    const mode_t before = ::umask(0);
    const auto made = load_or_create_key(file_);
    ::umask(before);
    ASSERT_TRUE(made);
    struct stat status {};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U);
}

TEST_F(KeyFile, ThatOthersCanReadIsRefusedWithTheRemedy) {
    for (const mode_t mode : {0640, 0604, 0660, 0644, 0602, 0601, 0777}) {
        write(std::string(64, 'a'), mode);
        EXPECT_NE(what().find("chmod 600 " + file_.string()), std::string::npos) << what();
    }
    ASSERT_EQ(::chmod(file_.c_str(), 0400), 0);
    EXPECT_EQ(what(), "");
}

TEST_F(KeyFile, ThatIsNoKeyIsRefusedAndLeftAlone) {
    for (const std::string& text :
         {std::string(), std::string("\n"), std::string(63, 'a'), std::string(65, 'a'),
          std::string(64, 'g'), std::string(64, 'a') + "\n\n", std::string(64, 'a') + " ",
          " " + std::string(63, 'a'), std::string(10'000, 'a'), std::string(64, '\0')}) {
        write(text);
        const auto key = load_or_create_key(file_);
        ASSERT_FALSE(key) << text;
        EXPECT_EQ(key.error().code, ErrorCode::damaged);
        EXPECT_EQ(std::filesystem::file_size(file_), text.size());
    }
}

TEST_F(KeyFile, MayHaveBeenWrittenByHand) {
    write("00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF");
    const auto key = load_or_create_key(file_);
    ASSERT_TRUE(key) << key.error().what;
    EXPECT_EQ((*key)[1], 0x11);
    EXPECT_EQ((*key)[31], 0xff);
}

TEST_F(KeyFile, IsTheSameForAllWhoMakeItAtOnce) {
    for (int round = 0; round < 20; ++round) {
        std::filesystem::remove(file_);
        std::vector<Bytes32> keys(8);
        std::vector<std::thread> makers;
        for (Bytes32& key : keys)
            makers.emplace_back([&key, this] {
                if (const auto made = load_or_create_key(file_)) key = *made;
            });
        for (std::thread& maker : makers) maker.join();
        EXPECT_NE(keys[0], Bytes32{});
        EXPECT_EQ(std::set<Bytes32>(keys.begin(), keys.end()).size(), 1U);
        EXPECT_EQ(files(), 1U);
    }
}

TEST_F(KeyFile, InAFolderThatDoesNotExistIsAnErrorThatNamesIt) {
    file_ = folder_ / "missing" / "token.key";
    EXPECT_NE(what().find(file_.string()), std::string::npos) << what();
}

TEST_F(KeyFile, ThatIsAFolderOrAPipeOrALinkToNothingIsRefused) {
    ASSERT_EQ(::mkdir(file_.c_str(), 0700), 0);
    EXPECT_NE(what(), "");
    ASSERT_EQ(::rmdir(file_.c_str()), 0);
    ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
    EXPECT_NE(what(), "");
    std::filesystem::remove(file_);
    std::filesystem::create_symlink(folder_ / "nothing", file_);
    EXPECT_NE(what().find("link"), std::string::npos) << what();
}

TEST(Random, DoesNotRepeat) {
    open_secrets();
    std::set<std::uint64_t> numbers;
    std::set<Bytes32> keys;
    for (int i = 0; i < 1000; ++i) {
        numbers.insert(random_u64());
        keys.insert(random_bytes32());
    }
    EXPECT_EQ(numbers.size(), 1000U);
    EXPECT_EQ(keys.size(), 1000U);
}

TEST(MacKey, VerifiesWhatItSignedAndNothingElse) {
    Bytes32 bytes{};
    bytes[0] = 1;
    const MacKey key(bytes);
    const Mac16 mac = key.sign("message");
    EXPECT_TRUE(key.verify("message", mac));
    EXPECT_FALSE(key.verify("messagf", mac));
    EXPECT_FALSE(key.verify("message ", mac));
    EXPECT_FALSE(key.verify("", mac));
    EXPECT_FALSE(MacKey(Bytes32{}).verify("message", mac));
    for (std::size_t bit = 0; bit < 128; ++bit) {
        Mac16 changed = mac;
        changed[bit / 8] = static_cast<unsigned char>(changed[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_FALSE(key.verify("message", changed)) << bit;
    }
}

TEST(Hmac, HasTheVectorsOfRfc4231) {
    EXPECT_EQ(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There"),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hmac_sha256_hex(std::string(131, '\xaa'),
                              "Test Using Larger Than Block-Size Key - Hash Key First"),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Digest, IsBlake2bOf256Bits) {
    EXPECT_EQ(digest_hex(""), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    EXPECT_EQ(digest_hex("abc"),
              "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST(SameSecret, ComparesAllOfBoth) {
    EXPECT_TRUE(same_secret("abc", "abc"));
    EXPECT_TRUE(same_secret("", ""));
    EXPECT_FALSE(same_secret("abc", "abd"));
    EXPECT_FALSE(same_secret("abc", "abcd"));
    EXPECT_FALSE(same_secret("abc", ""));
}

TEST(Password, IsVerifiedAgainstItsHashOnly) {
    open_secrets();
    const auto hash = hash_password("correct horse");
    const auto again = hash_password("correct horse");
    ASSERT_TRUE(hash && again);
    EXPECT_TRUE(hash->starts_with("$argon2id$"));
    EXPECT_NE(*hash, *again);
    EXPECT_TRUE(verify_password(*hash, "correct horse"));
    EXPECT_FALSE(verify_password(*hash, "correct horsE"));
    EXPECT_FALSE(verify_password(*hash, ""));
    for (const char* broken : {"", "x", "$argon2id$", "$argon2id$v=19$m=65536,t=2,p=1$$"})
        EXPECT_FALSE(verify_password(broken, "correct horse")) << broken;
}

}  // namespace
}  // namespace sluice::base
