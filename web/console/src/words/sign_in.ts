// SPDX-License-Identifier: Apache-2.0
// Coming in: sign-in, and the first owner.
import type { Area, Words } from '@/i18n';

const en = {
  title: 'Sign in',
  signIn: 'Sign in',
  signInText: 'The console of your flash sale.',
  lost: 'Forgot the password? An owner sets a new one; on the server',
  setupTitle: 'Create the first owner',
  setupText: 'This link works once. The owner can then let other people in.',
  setupDone: 'Welcome. You are the owner of this server.',
  setupButton: 'Create the owner',
  setupNoToken: 'The link is not complete: the part after # is missing.',
  setupNewLink: 'A new one',
  nameHint: '3 to 32 of a–z, 0–9 and . _ -',
  passwordHint: 'At least 10 characters; a few words are easier to remember.',
};

const zh: Words<typeof en> = {
  title: '登录',
  signIn: '登录',
  signInText: '秒杀活动控制台。',
  lost: '忘记密码？请所有者重置；或在服务器上执行：',
  setupTitle: '创建第一个所有者',
  setupText: '此链接只能使用一次。所有者可以再添加其他人员。',
  setupDone: '欢迎，您是这台服务器的所有者。',
  setupButton: '创建所有者',
  setupNoToken: '链接不完整：缺少 # 之后的部分。',
  setupNewLink: '获取新链接：',
  nameHint: '3 到 32 位：a–z、0–9 以及 . _ -',
  passwordHint: '至少 10 个字符；用几个词组成的短语更好记。',
};

export const signIn: Area<typeof en> = { en, zh };
