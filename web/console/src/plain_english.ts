// SPDX-License-Identifier: Apache-2.0
// What the server words for programs, in the words of a form. Its own English has the names of the
// API in it: a time by RFC 3339, minor units, milliseconds. All other codes are said as it says
// them. test/sentences.test.ts proves that these are its codes, with blanks that it fills.
export const plainEnglish: Readonly<Record<string, string>> = {
  // A body, and the values in it
  required: 'This is needed.',
  not_a_text: 'Write a text here.',
  not_one_line: 'One line of text: take out line breaks and control characters.',
  not_clean: 'Take out control characters; line breaks are fine.',
  empty: 'This is needed.',
  wrong_length: 'This has {length} characters; it must have {least} to {most}.',
  out_of_range: 'Write a whole number from {least} to {most}.',
  not_a_flag: 'Choose yes or no.',
  not_a_time: 'Write a date and time such as 2026-12-31 20:00:00.',
  currency_unknown:
    '{currency} is no currency that people pay with today. Take one that is, such as CNY, USD, EUR or JPY.',
  not_a_currency: 'Choose a currency, or write its three capital letters such as CNY.',
  not_a_choice: 'Choose one of those that are offered.',
  not_an_id: 'Choose one of those that are offered.',
  not_an_object: 'This did not arrive whole. Reload the page.',
  not_objects: 'There may be at most {most} of them.',
  unknown_key: 'The server does not know this. If it was upgraded, reload the page.',
  unknown_key_near: 'The server does not know this. If it was upgraded, reload the page.',
  body_empty: 'Nothing arrived. Try again.',
  body_too_deep: 'What arrived was not understood. Reload the page.',
  body_not_json: 'What arrived was not understood. Reload the page.',
  body_not_object: 'What arrived was not understood. Reload the page.',
  body_key_twice: 'What arrived was not understood. Reload the page.',
  not_a_cursor: 'This part of the list is not there any more. Reload the page.',

  // Products and skus
  code_too_long: 'This code is too long: at most {most} letters, digits and . _ - are allowed.',
  image_too_long: 'This address is too long: at most {most} characters are allowed.',
  image_characters:
    'An image address has no spaces, quotes, backslashes or letters beyond A to Z. Copy it from the address bar of a browser: that writes %20 for a space.',
  sku_not_of_product: 'Somebody removed this SKU meanwhile. Remove it here, or add it anew.',

  // Activities and their life
  price_too_high: 'This price is too high.',
  list_price_below:
    'The list price is shown struck through, so it cannot be below the price. Leave it empty to show none.',
  pay_window_range: 'The time to pay is a second to 7 days.',
  stock_range: 'The stock is 1 to {most} units.',
  sku_missing: 'Choose the SKU that is sold.',
  challenge_not_offered: 'A question before the purchase is not offered yet. Choose another way in.',
  item_not_of_activity: 'Somebody removed this item meanwhile. Remove it here, or add it anew.',
  note_missing: 'Say why: its author reads it and knows what to change.',

  // What runs
  zero: 'This cannot be 0.',
  past: 'This time is past.',
  until_when_on: 'Only what is switched off can switch itself on again.',
  until_not_offered: 'Purchases do not switch themselves on again: a person does.',
  one_of_three: 'Choose an activity, an item or a SKU, or none of them for all.',
  not_of_the_log: 'Write it as it stands in the log. It may be too long.',
  search_malformed: 'Search for the number of an order or the name of a customer.',
  risk_reason_long: 'The reason has at most {most} characters.',
  risk_user: 'A customer is written as 32 digits and letters a to f, as on the page of an order.',
  risk_kind: 'Choose a customer or an address.',
  risk_network:
    'This is neither an address (203.0.113.7, 2001:db8::7) nor a network (203.0.113.0/24, 2001:db8::/32).',
  risk_bits_behind:
    'The network has bits behind its first {bits}. Write its first address, or leave out the slash to mean one address.',
  risk_too_wide:
    'The network is so wide that it would block nearly everybody. Use /{v4} or longer for IPv4, /{v6} or longer for IPv6.',

  // People
  csrf_wrong: 'You signed in again in another tab. Reload this page.',
  name_length: 'A name has {least} to {most} characters.',
  name_characters: 'A name has only small letters a to z, digits and . _ -',
  role_unknown: 'Choose a role.',
  password_short: 'A password has at least {least} characters. A few words make a good one.',
  password_long:
    'A password has at most {most} letters or digits; a Chinese character counts as three.',
  password_not_clean: 'Take control characters out of the password.',
  password_has_name: 'The password must not contain the name.',
  password_repeats: 'The password must not be a few characters over and over.',
  password_common:
    'This password is among the most common ones, which are tried first. Take another.',
  operator_name_taken: 'The name {name} is taken.',
  last_owner: 'Nobody would be left who is an owner and can sign in. Make somebody else one first.',
  owner_exists: 'There is an owner already. Ask for an account.',
  totp_enabled_already: 'A second factor is switched on. Switch it off first.',
  totp_not_begun: 'Nothing waits for its first code. Begin the set-up again.',
};
