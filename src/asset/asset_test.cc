// SPDX-License-Identifier: Apache-2.0
#include "asset/asset.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <string>

namespace sluice::asset {
namespace {

std::string unpack(std::string_view packed, std::size_t size) {
    std::string bytes(size + 1, '\0');
    z_stream stream{};
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) return {};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    const int code = inflate(&stream, Z_FINISH);
    bytes.resize(stream.total_out);
    inflateEnd(&stream);
    return code == Z_STREAM_END ? bytes : std::string{};
}

TEST(Asset, EveryFileIsFoundByItsName) {
    ASSERT_FALSE(all().empty());
    for (const Asset& asset : all()) EXPECT_EQ(find(asset.name), &asset) << asset.name;
}

TEST(Asset, NothingIsFoundUnderOtherNames) {
    for (const char* name : {"", "/", "console", "console/", "console/index.htm", "../README.md"})
        EXPECT_EQ(find(name), nullptr) << name;
}

TEST(Asset, BothFormsAreTheSameBytes) {
    for (const Asset& asset : all()) {
        if (asset.gzip.empty()) continue;
        EXPECT_LT(asset.gzip.size(), asset.bytes.size()) << asset.name;
        EXPECT_EQ(unpack(asset.gzip, asset.bytes.size()), asset.bytes) << asset.name;
    }
}

TEST(Asset, TagsAreQuotedAndTypesAreKnown) {
    for (const Asset& asset : all()) {
        EXPECT_THAT(std::string(asset.etag), testing::MatchesRegex("\"[0-9a-f]+\""));
        EXPECT_NE(asset.content_type, "application/octet-stream") << asset.name;
    }
}

}  // namespace
}  // namespace sluice::asset
