// SPDX-License-Identifier: Apache-2.0
// The names of the checks before a sale; one that is not here is shown by its own name.
import type { Area, Words } from '@/i18n';

const en = {
  state: 'State',
  stock: 'Stock',
  pages: 'Pages',
  pictures: 'Pictures',
  page_size: 'Size of the pages',
  items: 'Items',
  window: 'Times',
  overlaps: 'Other activities',
  payment_provider: 'Payment provider',
  ledger: 'Ledger',
  switches: 'Switches',
  purchases: 'Purchases',
  descriptors: 'Descriptors',
  accept_queue: 'Accept queue',
  clock: 'Clock',
  disk: 'Disk',
  backup: 'Backup',
};

const zh: Words<typeof en> = {
  state: '状态',
  stock: '库存',
  pages: '页面',
  pictures: '商品图片',
  page_size: '页面大小',
  items: '活动商品',
  window: '时间',
  overlaps: '其他活动',
  payment_provider: '支付渠道',
  ledger: '账本',
  switches: '开关',
  purchases: '购买',
  descriptors: '文件描述符',
  accept_queue: '连接队列',
  clock: '时钟',
  disk: '磁盘',
  backup: '备份',
};

export const preflight: Area<typeof en> = { en, zh };
