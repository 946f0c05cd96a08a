// SPDX-License-Identifier: Apache-2.0
#include "command/demo_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "account/audit_actions.h"
#include "activity/activity.h"
#include "asset/asset.h"
#include "base/check.h"
#include "base/secret.h"
#include "base/text.h"
#include "command/demo_crowd.h"
#include "command/service.h"

namespace sluice::command {

using account::AuditEntry;
using account::Customer;
using account::Operator;
using activity::Activity;
using activity::Item;
using activity::StockPolicy;
using base::Duration;
using base::Instant;
using base::kHour;
using base::kMinute;
using base::Result;

namespace {

constexpr int kCustomers = 200;
constexpr const char* kBuyer = "demo";
constexpr const char* kOperator = "demo-operator";
constexpr const char* kReviewer = "demo-reviewer";

/// Ten letters and digits that cannot be mistaken for each other.
std::string draw_password() {
    static constexpr std::string_view kLetters = "23456789abcdefghjkmnpqrstuvwxyz";
    std::string password = "demo-";
    for (int i = 0; i < 10; ++i) password += kLetters[base::random_u64() % kLetters.size()];
    return password;
}

AuditEntry by(const Operator& who, std::string action, std::string subject, Instant now) {
    AuditEntry entry;
    entry.at = now;
    entry.who = who.id;
    entry.who_name = who.name;
    CHECK(account::is_audit_action(action));
    entry.action = std::move(action);
    entry.subject = std::move(subject);
    entry.reason = "demo data";
    entry.address = "local";
    return entry;
}

class Maker {
   public:
    explicit Maker(api::App& app) : app_(app), now_(app.clock.now()) {}

    Result<DemoData> make() {
        DemoData data;
        if (auto people = make_people(data); !people) return std::unexpected(people.error());
        if (auto done = make_activities(); !done) return std::unexpected(done.error());
        data.next_start = next_start();
        return data;
    }

    /// The sale that was, on a clock that stands a while before it.
    Result<void> make_past(PastClock& clock, adapter::SandboxProvider* sandbox) {
        DemoData forgotten;  // the operators get other passwords at every start
        if (auto people = make_people(forgotten); !people) return people;
        if (auto products = make_products(); !products) return products;
        const Instant starts_at = clock.now() + Duration{5 * kMinute.ms};
        const auto past = open(
            {.name = "昨日专场 · Yesterday's sale",
             .starts_at = starts_at,
             .ends_at = starts_at + kDemoSaleLength},
            {{2, 2'900, 9'900, 50, StockPolicy::reserve, activity::Entry::open, kDemoPayWindow}});
        if (!past) return std::unexpected(past.error());
        return play_past_sale(app_, clock, *past, sandbox);
    }

   private:
    Result<void> make_people(DemoData& data) {
        data.buyer = kBuyer;
        data.operator_name = kOperator;
        data.reviewer_name = kReviewer;
        if (auto done = make_customers(data); !done) return std::unexpected(done.error());
        if (auto done = make_operator(kOperator, account::Role::operator_, data.operator_password,
                                      operator_);
            !done)
            return std::unexpected(done.error());
        if (auto done = make_operator(kReviewer, account::Role::reviewer, data.reviewer_password,
                                      reviewer_);
            !done)
            return std::unexpected(done.error());
        return {};
    }

    Result<void> make_customers(DemoData& data) {
        auto stored = app_.accounts.value("demo_password");
        if (!stored) return std::unexpected(stored.error());
        if (!stored->empty()) {
            data.buyer_password = *stored;
            return {};
        }
        data.buyer_password = draw_password();
        const auto hash =
            base::hash_password(data.buyer_password);  // once: one hash costs 50 ms on purpose
        if (!hash) return std::unexpected(hash.error());
        std::vector<Customer> customers;
        for (int i = 0; i < kCustomers; ++i)
            customers.push_back({.name = i == 0 ? kBuyer : fmt::format("{}{}", kBuyer, i),
                                 .password_hash = *hash,
                                 .created_at = now_});
        if (auto added = app_.accounts.add_customers(customers); !added) return added;
        return app_.accounts.set_value("demo_password", data.buyer_password);
    }

    /// The operator with a password that was never used before.
    Result<void> make_operator(const char* name, account::Role role, std::string& password,
                               Operator& made) {
        password = draw_password();
        const auto hash = base::hash_password(password);
        if (!hash) return std::unexpected(hash.error());
        auto known = app_.accounts.operator_by_name(name);
        Operator who = known ? *known : Operator{};
        who.name = name;
        who.role = role;
        who.password_hash = *hash;
        if (!known) who.created_at = now_;
        const AuditEntry audit = by(who, known ? "operator.reset_password" : "operator.create",
                                    fmt::format("operator/{}", name), now_);
        auto saved = known ? app_.accounts.change_operator(who, audit)
                           : app_.accounts.add_operator(who, audit);
        if (!saved) return std::unexpected(saved.error());
        made = *saved;
        return {};
    }

    Result<void> make_activities() {
        bool is_live = false;
        bool is_soon = false;
        app_.turnstile.look([&](const sale::Sale& sale) {
            for (const sale::OpenedActivity& each : sale.activities()) {
                const auto phase = sale::Sale::phase(each, now_);
                is_live = is_live || phase == activity::State::running;
                is_soon = is_soon || phase == activity::State::warming;
            }
        });
        if (is_live && is_soon) return {};
        if (auto products = make_products(); !products) return products;
        if (!is_live) {
            const auto live =
                open({.name = "今日秒杀 · Live now",
                      .starts_at = now_,
                      .ends_at = now_ + Duration{6 * kHour.ms}},
                     {{0, 99'900, 149'900, 500, StockPolicy::reserve, activity::Entry::open},
                      {1, 19'900, 39'900, 200, StockPolicy::on_order, activity::Entry::open}});
            if (!live) return std::unexpected(live.error());
        }
        if (!is_soon) {
            const auto soon =
                open({.name = "两分钟后开抢 · In two minutes",
                      .starts_at = now_ + Duration{2 * kMinute.ms},
                      .ends_at = now_ + Duration{6 * kHour.ms}},
                     {{2, 100, 9'900, 20, StockPolicy::reserve, activity::Entry::ticket}});
            if (!soon) return std::unexpected(soon.error());
        }
        if (auto published = api::publish_warm(app_); !published)
            return std::unexpected(published.error());
        return {};
    }

    Result<void> make_products() {
        struct Shelf {
            const char* code;
            const char* title;
            const char* sku;
            const char* image;
            const char* description;
        };
        static constexpr std::array<Shelf, 3> kShelves{
            {{"demo-phone", "手机 Phone X", "黑色 128 GB", "phone.svg",
              "轻薄机身，两天续航。 Light and thin, two days on one charge."},
             {"demo-buds", "耳机 Buds", "白色 White", "buds.svg",
              "安静，听得清每个音。 Quiet around you, clear inside."},
             {"demo-mug", "马克杯 Mug", "蓝色 Blue", "mug.svg",
              "厚实陶瓷，350 毫升。 Solid stoneware, 350 ml."}}};
        std::vector<catalog::Product> products;
        for (const Shelf& row : kShelves) {
            catalog::Product product;
            product.code = row.code;
            product.title = row.title;
            product.created_at = product.updated_at = now_;
            product.description = row.description;
            product.image_url = fmt::format("/images/{}", row.image);
            catalog::Sku sku;
            sku.code = fmt::format("{}-1", row.code);
            sku.title = row.sku;
            product.skus.push_back(sku);
            products.push_back(product);
        }
        if (auto done =
                app_.catalog.import(products, by(operator_, "product.import", "products", now_));
            !done)
            return std::unexpected(done.error());
        for (const Shelf& row : kShelves) {
            const auto found = app_.catalog.products({}, row.code, 1);
            if (!found) return std::unexpected(found.error());
            products_.push_back(found->at(0));
        }
        return {};
    }

    struct Window {
        const char* name;
        Instant starts_at, ends_at;
    };
    struct Row {
        std::size_t product;
        std::int64_t price, list_price, stock;
        StockPolicy policy;
        activity::Entry entry;
        Duration pay_window = Item{}.pay_window;
    };

    /// Draft, submit, approve by the other person, warm up: what people do in the console.
    Result<Activity> open(const Window& window, const std::vector<Row>& rows) {
        Activity activity;
        activity.name = window.name;
        activity.description =
            "演示活动，付款走沙箱，不产生真实费用。 A demo; payments go to the sandbox, no money "
            "moves.";
        activity.starts_at = window.starts_at;
        activity.ends_at = window.ends_at;
        activity.created_by = operator_.id;
        activity.created_at = activity.updated_at = now_;
        const base::Currency currency = *base::parse_currency("CNY");
        for (const Row& row : rows) {
            const catalog::Product& product = products_[row.product];
            Item item;
            item.sku = product.skus.at(0).id;
            item.title = fmt::format("{} {}", product.title, product.skus.at(0).title);
            item.price = {.amount = row.price, .currency = currency};
            item.list_price = {.amount = row.list_price, .currency = currency};
            item.stock = row.stock;
            item.limit_per_user = 1;
            item.policy = row.policy;
            item.pay_window = row.pay_window;
            item.entry = row.entry;
            item.traffic_tag = "sale";
            activity.items.push_back(item);
        }
        auto saved =
            app_.activities.add(activity, by(operator_, "activity.add", "activity/", now_));
        if (!saved) return saved;
        const std::string subject = fmt::format("activity/{}", saved->id.value);
        if (auto done = activity::submit(*saved, operator_.id, now_); !done)
            return std::unexpected(done.error());
        saved = app_.activities.replace(*saved, by(operator_, "activity.submit", subject, now_));
        if (!saved) return saved;
        if (auto done = activity::approve(*saved, reviewer_.id, "demo", now_); !done)
            return std::unexpected(done.error());
        saved = app_.activities.replace(*saved, by(reviewer_, "activity.approve", subject, now_));
        if (!saved) return saved;

        sale::OpenActivity event{.activity = activity::terms_of(*saved), .items = {}};
        for (const Item& item : saved->items)
            event.items.push_back(activity::terms_of(*saved, item));
        const auto answer =
            app_.turnstile.pass_and_wait(event, by(operator_, "activity.warm", subject, now_));
        if (!sale::succeeded(answer.outcome))
            return base::failure(
                base::ErrorCode::unavailable,
                fmt::format("the demo activity was not opened: {}", sale::to_text(answer.outcome)));
        return saved;
    }

    Instant next_start() const {
        Instant next;
        app_.turnstile.look([&](const sale::Sale& sale) {
            for (const sale::OpenedActivity& each : sale.activities())
                if (sale::Sale::phase(each, now_) == activity::State::warming &&
                    (!next || each.terms.starts_at < next))
                    next = each.terms.starts_at;
        });
        return next;
    }

    api::App& app_;
    const Instant now_;
    Operator operator_;
    Operator reviewer_;
    std::vector<catalog::Product> products_;
};

}  // namespace

Result<void> make_demo_past(const Config& config) {
    std::error_code failed;
    if (std::filesystem::exists(std::filesystem::path(config.data_dir) / "sluice.db", failed))
        return {};
    // Whole minutes, as people plan; every kept sample is of the past when the service opens.
    const std::int64_t now_ms = base::SystemClock().now().ms;
    auto owned =
        std::make_unique<PastClock>(Instant{(now_ms - base::kDay.ms) / kMinute.ms * kMinute.ms});
    PastClock& clock = *owned;
    Config past = config;
    past.public_server.port = past.console_server.port = 0;  // nobody is served
    past.public_server.connections_max = past.console_server.connections_max = 16;
    past.publish.publish_dir.clear();
    auto service = Service::open(past, std::move(owned));
    if (!service) return std::unexpected(service.error());
    auto made = (*service)->start_sale();
    if (made) made = Maker((*service)->app()).make_past(clock, (*service)->sandbox());
    (*service)->stop();
    return made;
}

Result<DemoData> make_demo_data(api::App& app) { return Maker(app).make(); }

Result<void> write_demo_images(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    for (const std::string_view name : {"phone.svg", "buds.svg", "mug.svg"}) {
        if (std::filesystem::exists(folder / name, failed)) continue;
        const asset::Asset* image = asset::find(fmt::format("storefront/demo/{}", name));
        CHECK(image != nullptr);
        std::ofstream out(folder / name, std::ios::binary);
        out << image->bytes;
        out.close();
        if (!out)
            return base::failure(
                base::ErrorCode::unavailable,
                fmt::format("the picture {} cannot be written", (folder / name).string()));
    }
    return {};
}

}  // namespace sluice::command
