// SPDX-License-Identifier: Apache-2.0
// Words: everything that people read, each in Chinese and in English, in groups; `pages` says which
// of them a page has. The build puts them into it, each language on its own: see build.mjs.
// `e_<code>` is the refusal of that code in plain words (wordOf() in language.ts), `s_<state>` and
// `n_<note>` are of orders.
// What one language lacks does not compile; test/words.test.ts asks for every code that the server
// can send, and for what each page says.

/** Chinese, English. */
type Word = readonly [string, string];
export type Words = Record<string, Word>;

const lapsed: Word = ['没有按时支付', 'Not paid in time'];

export const frameWords = {
  skip: ['跳到正文', 'Skip to the content'],
  orders: ['我的订单', 'My orders'],
  account: ['账号', 'Account'],
  other_language: ['English', '中文'],
  theme: ['外观', 'Colours'],
  theme_auto: ['自动', 'Auto'],
  theme_light: ['浅色', 'Light'],
  theme_dark: ['深色', 'Dark'],
  foot: ['时间按您的时区显示。', 'Times are in your time zone.'],
  lost: [
    '网络已断开，内容可能已过时，正在重试。',
    'No connection. What you see may be old; we keep trying.',
  ],
  old: ['本页面有新版本。', 'There is a newer version of this page.'],
  reload: ['刷新页面', 'Reload'],
  working: ['正在提交…', 'Sending…'],
} satisfies Words;

export const timingWords = {
  counts_start: ['距开始', 'Starts in'],
  counts_end: ['距结束', 'Ends in'],
  day: ['天', 'd'],
  hour: ['时', 'h'],
  min: ['分', 'min'],
  sec: ['秒', 's'],
} satisfies Words;

export const phaseWords = {
  shows: ['活动', 'Sales'],
  live: ['正在抢购', 'On now'],
  soon: ['即将开始', 'Coming up'],
  past: ['已结束', 'Over'],
} satisfies Words;

export const priceWords = {
  price: ['活动价', 'Price'],
  list_price: ['原价', 'List price'],
} satisfies Words;

export const signWords = {
  sign_in: ['登录', 'Sign in'],
  sign_up: ['注册', 'Create account'],
  close: ['关闭', 'Close'],
  name: ['用户名', 'Name'],
  name_bad: ['3 到 32 个小写字母、数字或 . _ -', '3 to 32 of a–z, 0–9 and . _ -'],
  password: ['密码', 'Password'],
  password_bad: [
    '至少 10 个不易猜到的字符。',
    'At least 10 characters, hard to guess.',
  ],
  password_short: ['请输入密码。', 'Type your password.'],
  e_name_taken: ['用户名已被使用。', 'This name is taken.'],
  e_credentials: ['用户名或密码不对。', 'Name or password is wrong.'],
  e_no_accounts: ['这里不能注册，请使用商店的账号。', 'Use your account of the shop.'],
} satisfies Words;

export const homeWords = {
  lead: ['好物不多，机会均等。', 'Few things, many hands. Everybody gets the same chance.'],
  empty: ['暂时没有活动。', 'There is no sale at the moment.'],
  from: ['低至', 'from'],
  thing: ['共 1 件商品', '1 item'],
  things: ['共 {n} 件商品', '{n} items'],
} satisfies Words;

export const itemWords = {
  limit: ['每人限购 {n} 件', 'At most {n} per person'],
  plenty: ['有货', 'In stock'],
  few: ['即将售罄', 'Only a few left'],
  none: ['已售罄', 'Sold out'],
  buy: ['立即抢购', 'Buy now'],
  ask: ['查询上次抢购的结果', 'Ask for the result'],
  again: [
    '还没有成功，正在重试（{n}）。请不要关闭页面。',
    'Not through yet. Trying again ({n}). Keep this page open.',
  ],
  unsure: [
    '还没有答复。请按按钮查询，不会重复下单。',
    'There is no answer yet. Press the button to ask again; you will not order twice.',
  ],
  kept: ['请求已保留，登录后接着进行。', 'Your try is kept. Sign in, and it goes on.'],
  ready: ['请先登录，以免开始时耽误。', 'Sign in now, to be ready when it starts.'],
  ready_now: ['登录后即可抢购。', 'Sign in to buy.'],
  returns: [
    '没有按时支付的会放回库存，本页自动更新。',
    'Unpaid units come back; this page keeps looking.',
  ],
  minute: ['还有 1 分钟开始', 'Starts in a minute'],
  ten: ['还有 10 秒开始', 'Starts in ten seconds'],
  now: ['开始了！', 'It has started!'],
  about: ['商品介绍', 'About it'],
  got: ['抢购成功！', 'You got it!'],
  got_order: ['订单号 {id}', 'Order {id}'],
  pay_until: ['请在 {time} 前支付', 'Please pay by {time}'],
} satisfies Words;

export const challengeWords = {
  challenge: ['请先回答一个问题', 'One question first'],
  challenge_hint: ['不用着急，问题会保留。', 'Take your time: the question stays.'],
  answer: ['您的答案', 'Your answer'],
  send: ['提交', 'Send'],
  e_challenge_failed: ['答案不对，请回答新的问题。', 'Not right. Here is another question.'],
  answer_bad: ['请输入答案。', 'Type your answer.'],
} satisfies Words;

export const orderWords = {
  pay: ['去支付', 'Pay now'],
  pay_left: ['剩余支付时间', 'Time left to pay'],
  quantity: ['数量', 'Quantity'],
  s_pending: ['待支付', 'Waiting for payment'],
  s_paid: ['已支付', 'Paid'],
  s_cancelled: ['已取消', 'Cancelled'],
  s_expired: lapsed,
  s_refunded: ['已退款', 'Refunded'],
} satisfies Words;

export const ordersWords = {
  total: ['合计', 'Total'],
  e_amount_mismatch: [
    '金额与订单不符，请联系店家。',
    'The amount is not that of the order. Please ask the shop.',
  ],
  e_already_refunded: ['订单已经退款。', 'The order is refunded already.'],
  e_not_paid: ['订单还没有支付。', 'The order is not paid.'],
  no_orders: ['还没有订单。', 'You have no orders yet.'],
  no_orders_hint: ['您抢到的商品会显示在这里。', 'What you buy appears here.'],
  more: ['更多', 'More'],
  refresh: ['刷新', 'Refresh'],
  cancel: ['取消订单', 'Cancel order'],
  cancel_title: ['确定取消这个订单吗？', 'Cancel this order?'],
  cancel_hint: [
    '商品会放回库存，别人可能会买走。',
    'The unit goes back on sale, and somebody else may get it.',
  ],
  keep: ['保留订单', 'Keep it'],
  made: ['下单时间', 'Ordered'],
  order: ['订单号', 'Order'],
  please_sign_in: ['登录后可以查看您的订单。', 'Sign in to see your orders.'],
  not_paid: ['还没有收到付款。', 'No payment has arrived yet.'],
  n_by_customer: ['您取消了订单。', 'You cancelled it.'],
  n_by_operator: ['由店家处理。', 'Handled by the shop.'],
  n_paid_too_late: [
    '付款到达时已超时且没有库存，款项将退回。',
    'The payment came too late and nothing was left. Your money goes back.',
  ],
  n_sold_out_at_payment: [
    '付款时已售罄，款项将退回。',
    'It was sold out when you paid. Your money goes back.',
  ],
} satisfies Words;

export const accountWords = {
  signed_in: ['您已登录。', 'You are signed in.'],
  signed_in_as: ['当前账号：{name}', 'Signed in as {name}'],
  until: ['登录有效期至 {time}，在本浏览器中有效。', 'This sign-in lasts until {time}, in this browser.'],
  settings: ['设置', 'Settings'],
  sign_out: ['退出登录', 'Sign out'],
} satisfies Words;

export const goneWords = {
  gone: ['没有这个页面', 'There is no such page'],
  gone_hint: ['地址可能有误，或活动已下线。', 'The address may be wrong, or the sale was taken down.'],
  home: ['首页', 'Home'],
} satisfies Words;

export const laterWords = {
  later: ['请稍后再来', 'Please come back in a moment'],
  later_hint: [
    '商店暂时无法访问，您已有的订单是安全的。本页会自动重试。',
    'The shop cannot be reached right now. Orders that you have are safe. This page tries again by itself.',
  ],
  try_now: ['立即重试', 'Try now'],
} satisfies Words;

export const refusalWords = {
  e_read_only: [
    '暂停下单，请稍后再试。',
    'Orders cannot be taken now. Please try later.',
  ],
  e_in_progress: ['正在处理，请稍后查询。', 'It is being worked on. Ask again in a second.'],
  e_duplicate_key_mismatch: ['请重新下单。', 'Please order again.'],
  e_not_found: ['没有找到。', 'It is not there any more.'],
  e_rehearsal_only: ['仅限演练。', 'This is for rehearsals only.'],
  e_stopped: ['暂时关闭，请稍后再试。', 'Switched off for the moment. Please try later.'],
  e_not_started: ['活动还没有开始', 'The sale has not started'],
  e_ended: ['本场活动已结束', 'This sale is over'],
  e_paused: ['活动暂停中，请稍候', 'The sale is paused, please wait'],
  e_ticket_required: ['请从本页的按钮抢购。', 'Please buy with the button on this page.'],
  e_ticket_invalid: [
    '令牌已失效，请再试一次。',
    'Your ticket is no longer valid. Please try again.',
  ],
  e_limit_reached: [
    '您已达到限购数量，见“我的订单”。',
    'You have as many as one person may have: see My orders.',
  ],
  e_busy: [
    '人太多了，请再试一次。',
    'Too many people at once. Please try again.',
  ],
  e_sold_out: ['已售罄', 'Sold out'],
  fewer: ['库存不足，请少选。', 'Fewer are left. Choose less.'],
  e_already_paid: ['订单已经支付。', 'The order is paid already.'],
  e_already_cancelled: ['订单已经取消。', 'The order is cancelled already.'],
  e_already_expired: lapsed,
  e_payment_unavailable: [
    '收银台没有响应，订单会保留。请再试一次。',
    'The cashier does not answer. Your order is kept. Please try again.',
  ],
  e_unauthorized: ['登录已过期，请重新登录。', 'You have been signed out. Please sign in again.'],
  e_too_fast: ['操作太快了，请稍等片刻。', 'That was too fast. Please wait a moment.'],
  e_too_fast_in: [
    '操作太快了，请 {n} 秒后再试。',
    'That was too fast. Please try again in {n} s.',
  ],
  e_blocked: [
    '此账号或网络不能参加活动，请联系店家。',
    'This account or network cannot take part. Please ask the shop.',
  ],
  e_forbidden: ['没有权限。', 'You may not do this.'],
  e_invalid: ['输入有误，请检查。', 'Something is not valid. Please check it.'],
  // Of an old page; language.ts says for which codes. What a network does to a request is e_other.
  e_stale: ['本页面已过时，请刷新。', 'This page is old. Please reload it.'],
  e_request_timeout: [
    '网络太慢，请再试一次。',
    'Your connection is too slow. Please try again.',
  ],
  e_internal: [
    '系统故障，请稍后再试。',
    'The shop has a fault. Please try later.',
  ],
  e_network: ['网络不通，请检查后再试。', 'No connection. Check it and try again.'],
  e_other: ['没有成功（{code}）。请稍后再试。', 'That did not work ({code}). Please try later.'],
} satisfies Words;

const buyer: Words = { ...frameWords, ...signWords, ...refusalWords };
const item: Words = { ...buyer, ...timingWords, ...priceWords, ...itemWords, ...orderWords };

/** What each page can say, by its script. */
export const pages: Record<string, Words> = {
  home: { ...frameWords, ...homeWords, ...phaseWords, ...timingWords },
  activity: { ...frameWords, ...phaseWords, ...timingWords, ...priceWords },
  item,
  question: { ...item, ...challengeWords },
  orders: { ...buyer, ...orderWords, ...ordersWords },
  account: { ...buyer, ...accountWords },
  plain: { ...frameWords, ...goneWords },
  later: { ...frameWords, ...laterWords },
};

export type Key =
  | keyof typeof frameWords
  | keyof typeof timingWords
  | keyof typeof phaseWords
  | keyof typeof priceWords
  | keyof typeof signWords
  | keyof typeof homeWords
  | keyof typeof itemWords
  | keyof typeof challengeWords
  | keyof typeof orderWords
  | keyof typeof ordersWords
  | keyof typeof accountWords
  | keyof typeof goneWords
  | keyof typeof laterWords
  | keyof typeof refusalWords;
