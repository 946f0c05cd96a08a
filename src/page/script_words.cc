// SPDX-License-Identifier: Apache-2.0
#include "page/script.h"

namespace sluice::page {

// A key that begins with e_ is a refusal: the `code` of a problem document, in plain words.
std::string_view words_script() {
    return R"js(
const words = {
zh: {
orders: '我的订单', sign_in: '登录', sign_up: '注册', sign_out: '退出', language: 'English',
name: '用户名', name_rule: '3 到 32 个小写字母、数字或 . _ -', password: '密码', password_rule: '至少 10 个字符',
close: '关闭', back: '返回', home: '首页', shows: '活动', live: '正在抢购', soon: '即将开始', past: '已结束', empty: '暂时没有活动。',
starts: '开始', ends: '结束', price: '活动价', total: '合计', list_price: '原价', limit: '每人限购 {n} 件', quantity: '数量',
counts_start: '距开始', counts_end: '距结束', days: '{n} 天', over: '本场活动已结束',
plenty: '有货', few: '即将售罄', none: '已售罄', paused: '活动暂停中，请稍候',
buy: '立即抢购', wait_start: '尚未开始', ask: '查询上次抢购的结果', working: '正在提交…',
again: '服务器繁忙，正在用同一请求重试（第 {n} 次）。请不要关闭页面，您不会重复下单。',
unsure: '还没有得到答复。请稍后按按钮继续查询：它使用同一请求，不会重复下单。',
pending: '上次抢购还没有答复。请按按钮查询，不会重复下单。',
ready: '请先登录，开始时就不会耽误时间。', got: '抢购成功！订单号 {id}', pay: '去支付', pay_until: '请在 {time} 前支付',
returns: '未支付的订单到期后会放回库存，本页会自动更新。',
minute: '还有 1 分钟开始', ten: '还有 10 秒开始', now: '开始了！',
no_orders: '还没有订单。', more: '更多', refresh: '刷新', cancel: '取消订单', cancel_sure: '确定取消这个订单吗？', made: '下单时间', order: '订单号', please_sign_in: '登录后可以查看您的订单。',
s_pending: '待支付', s_paid: '已支付', s_cancelled: '已取消', s_expired: '超时未支付', s_refunded: '已退款',
n_by_customer: '您取消了订单。', n_by_operator: '由店家处理。', n_paid_too_late: '付款到达时已超时且没有库存，款项将退回。', n_sold_out_at_payment: '付款时已售罄，款项将退回。',
gone: '没有这个页面', gone_hint: '地址可能有误，或活动已下线。',
e_read_only: '系统暂停下单，已成功的订单是安全的。请稍后再试。', e_in_progress: '同一请求正在处理中。', e_duplicate_key_mismatch: '上次请求的内容不同，请重新下单。',
e_not_found: '没有找到，可能已下线。', e_rehearsal_only: '演练会话只能抢购演练活动。', e_stopped: '抢购暂时关闭，请稍后再试。', e_not_started: '活动还没有开始。', e_ended: '活动已经结束。', e_paused: '活动暂停中，请稍候。',
e_ticket_required: '请从本页的按钮进入抢购。', e_ticket_invalid: '抢购令牌已失效，请再试一次。', e_limit_reached: '您已达到限购数量。', e_busy: '人太多了，请再试一次。', e_sold_out: '已售罄。没有付款的订单到期后会放回库存。',
e_amount_mismatch: '金额不符。', e_already_paid: '订单已经支付。', e_already_cancelled: '订单已经取消。', e_already_expired: '订单已超时。', e_already_refunded: '订单已退款。', e_not_paid: '订单还没有支付。', e_payment_closed: '这次支付已关闭，请重新支付。',
e_unauthorized: '登录已过期，请重新登录。', e_too_fast: '操作太快了，请稍等片刻。', e_blocked: '此账号或网络不能参加活动。如有疑问请联系店家。', e_forbidden: '没有权限。', e_invalid: '输入有误，请检查。', e_challenge_failed: '答案不对，请再试一次。',
e_credentials: '用户名或密码不对。', e_taken: '这个用户名已被使用。', e_no_accounts: '这里不能注册，请使用商店的账号。', e_network: '网络不通，请检查后再试。', e_other: '没有成功（{code}）。请稍后再试。'
},
en: {
orders: 'My orders', sign_in: 'Sign in', sign_up: 'Create account', sign_out: 'Sign out', language: '中文',
name: 'Name', name_rule: '3 to 32 of a–z, 0–9 and . _ -', password: 'Password', password_rule: 'At least 10 characters',
close: 'Close', back: 'Back', home: 'Home', shows: 'Sales', live: 'On now', soon: 'Coming up', past: 'Over', empty: 'There is no sale at the moment.',
starts: 'Starts', ends: 'Ends', price: 'Price', total: 'Total', list_price: 'List price', limit: 'At most {n} per person', quantity: 'Quantity',
counts_start: 'Starts in', counts_end: 'Ends in', days: '{n} d', over: 'This sale is over',
plenty: 'In stock', few: 'Only a few left', none: 'Sold out', paused: 'The sale is paused. Please wait.',
buy: 'Buy now', wait_start: 'Not started yet', ask: 'Ask for the result', working: 'Sending…',
again: 'Very busy. Trying the same request again ({n}). Please keep this page open; you will not order twice.',
unsure: 'There is no answer yet. Press the button to ask again later: it is the same request, so you will not order twice.',
pending: 'Your last attempt has no answer yet. Press the button to ask for it; you will not order twice.',
ready: 'Sign in now, so that you are ready when it starts.', got: 'You got it! Order {id}', pay: 'Pay', pay_until: 'Please pay by {time}',
returns: 'Units of unpaid orders come back; this page keeps looking.',
minute: 'Starts in one minute', ten: 'Starts in ten seconds', now: 'It has started!',
no_orders: 'You have no orders yet.', more: 'More', refresh: 'Refresh', cancel: 'Cancel order', cancel_sure: 'Cancel this order?', made: 'Ordered', order: 'Order', please_sign_in: 'Sign in to see your orders.',
s_pending: 'Waiting for payment', s_paid: 'Paid', s_cancelled: 'Cancelled', s_expired: 'Not paid in time', s_refunded: 'Refunded',
n_by_customer: 'You cancelled it.', n_by_operator: 'Handled by the shop.', n_paid_too_late: 'The payment came too late and nothing was left. Your money goes back.', n_sold_out_at_payment: 'It was sold out when you paid. Your money goes back.',
gone: 'There is no such page', gone_hint: 'The address may be wrong, or the sale was taken down.',
e_read_only: 'Orders cannot be taken at the moment. Orders you have are safe. Please try later.', e_in_progress: 'The same request is being worked on.', e_duplicate_key_mismatch: 'Your last request was a different one. Please order again.',
e_not_found: 'It was not found. It may have been taken down.', e_rehearsal_only: 'A rehearsal session buys in rehearsals only.', e_stopped: 'Purchases are switched off for the moment. Please try later.', e_not_started: 'The sale has not started.', e_ended: 'The sale is over.', e_paused: 'The sale is paused. Please wait.',
e_ticket_required: 'Please buy with the button on this page.', e_ticket_invalid: 'Your ticket is no longer valid. Please try again.', e_limit_reached: 'You have reached the purchase limit.', e_busy: 'Too many people at once. Please try again.', e_sold_out: 'Sold out. Units of unpaid orders come back.',
e_amount_mismatch: 'The amount does not match.', e_already_paid: 'The order is paid already.', e_already_cancelled: 'The order is cancelled already.', e_already_expired: 'The order was not paid in time.', e_already_refunded: 'The order is refunded.', e_not_paid: 'The order is not paid.', e_payment_closed: 'This payment was closed. Please pay again.',
e_unauthorized: 'You have been signed out. Please sign in again.', e_too_fast: 'That was too fast. Please wait a moment.', e_blocked: 'This account or network cannot take part. If that is a mistake, ask the shop.', e_forbidden: 'You may not do this.', e_invalid: 'Something typed is not valid. Please check it.', e_challenge_failed: 'That answer is not right. Please try again.',
e_credentials: 'Name or password is wrong.', e_taken: 'This name is taken.', e_no_accounts: 'Accounts cannot be created here. Use the account of the shop.', e_network: 'No connection. Check it and try again.', e_other: 'That did not work ({code}). Please try later.'
}
};
)js";
}

}  // namespace sluice::page
