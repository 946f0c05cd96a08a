// SPDX-License-Identifier: Apache-2.0
// The red buttons of a sale, and whether what they do took effect.
import type { Area, Words } from '@/i18n';

const en = {
  pause: 'Pause',
  resume: 'Resume',
  end: 'End now',
  pauseTitle: 'Pause the activity',
  pauseMeans:
    'Nobody can buy in “{name}” until it is resumed. Orders can still be paid, and the countdown goes on.',
  resumeTitle: 'Resume the activity',
  resumeMeans: 'Customers can buy in “{name}” again at once.',
  resumeMeansWarm: 'Customers can buy in “{name}” as soon as it starts.',
  resumeMeansOff: 'Customers can buy in “{name}” as soon as purchases are switched on again.',
  endTitle: 'End the activity for good',
  endMeans: '“{name}” ends now. This cannot be undone. Open orders can still be paid.',

  stop: 'Stop',
  sell: 'Resume',
  stopTitle: 'Stop selling this item',
  stopMeans: '“{item}” is not sold until it is resumed; the other items go on.',
  sellTitle: 'Sell this item again',
  sellMeans: 'Customers can buy “{item}” again at once.',
  sellMeansPaused: 'Customers can buy “{item}” as soon as the activity goes on.',
  sellMeansWarm: 'Customers can buy “{item}” as soon as the activity starts.',
  sellMeansEnded: 'The activity is over: nobody can buy “{item}”.',
  sellMeansOff: 'Customers can buy “{item}” as soon as purchases are switched on again.',
  hide: 'Hide at the edge',
  hideTitle: 'Hide this item at the edge',
  hideMeans: 'The edge no longer knows “{item}”. The server itself goes on selling it.',
  lead: 'Lead customers here',
  leadTitle: 'Lead customers to this item',
  leadMeans: 'The edge leads customers to “{item}” at once.',

  didPause: '“{name}” is paused',
  didResume: '“{name}” is resumed',
  didEnd: '“{name}” is ended',
  didStop: '“{item}” is stopped',
  didSell: '“{item}” is on sale again',
  didSellLater: '“{item}” is no longer stopped',
  didHide: '“{item}” is hidden at the edge',
  didLead: 'The edge leads customers to “{item}”',

  effectWaiting: '{what}: the server has accepted it; waiting to see it in the stream…',
  effectSeen: '{what}: in effect, seen in the stream after {seconds} s.',
  effectDone: '{what}: the server has accepted it.',
  effectLate:
    '{what}: accepted, but not seen in the stream for {seconds} s. Look at the connection and at the server.',
};

const zh: Words<typeof en> = {
  pause: '暂停',
  resume: '恢复',
  end: '立即结束',
  pauseTitle: '暂停活动',
  pauseMeans: '恢复之前，“{name}”不能购买。已有订单仍可支付，倒计时继续。',
  resumeTitle: '恢复活动',
  resumeMeans: '“{name}”立即可以继续购买。',
  resumeMeansWarm: '“{name}”开始后即可购买。',
  resumeMeansOff: '重新开启购买后，“{name}”即可购买。',
  endTitle: '永久结束活动',
  endMeans: '“{name}”立即结束，不可撤销。未支付的订单仍可支付。',

  stop: '停售',
  sell: '恢复',
  stopTitle: '停售此商品',
  stopMeans: '恢复之前“{item}”停售，其他商品继续。',
  sellTitle: '恢复销售此商品',
  sellMeans: '“{item}”立即可以继续购买。',
  sellMeansPaused: '活动恢复后，“{item}”即可购买。',
  sellMeansWarm: '活动开始后，“{item}”即可购买。',
  sellMeansEnded: '活动已结束：“{item}”不能购买。',
  sellMeansOff: '重新开启购买后，“{item}”即可购买。',
  hide: '在边缘隐藏',
  hideTitle: '在边缘隐藏此商品',
  hideMeans: '边缘将找不到“{item}”，服务器本身仍继续销售。',
  lead: '引导顾客到此',
  leadTitle: '引导顾客到此商品',
  leadMeans: '边缘会立即把顾客引到“{item}”。',

  didPause: '“{name}”已暂停',
  didResume: '“{name}”已恢复',
  didEnd: '“{name}”已结束',
  didStop: '“{item}”已停售',
  didSell: '“{item}”已恢复销售',
  didSellLater: '“{item}”不再停售',
  didHide: '“{item}”已在边缘隐藏',
  didLead: '边缘已把顾客引到“{item}”',

  effectWaiting: '{what}：服务器已接受，正在等待实时数据确认…',
  effectSeen: '{what}：已生效，{seconds} 秒后在实时数据中确认。',
  effectDone: '{what}：服务器已接受。',
  effectLate: '{what}：服务器已接受，但 {seconds} 秒内未在实时数据中看到，请检查连接和服务器。',
};

export const red: Area<typeof en> = { en, zh };
