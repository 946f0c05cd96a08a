// SPDX-License-Identifier: Apache-2.0
// The menu: what a role can reach, in which order, and by which key after `g`.
import {
  Box,
  DataLine,
  Document,
  Finished,
  Flag,
  List,
  Monitor,
  Notebook,
  Operation,
  Stamp,
  Tickets,
  User,
} from '@element-plus/icons-vue';
import { type Component, computed } from 'vue';

import { may, type Permission } from './session';

export interface MenuEntry {
  /** The name of the route, and the key of its text in words/shell.ts. */
  name:
    | 'control-room'
    | 'activities'
    | 'approvals'
    | 'report'
    | 'reconcile'
    | 'products'
    | 'orders'
    | 'risk'
    | 'switches'
    | 'users'
    | 'audit'
    | 'system';
  icon: Component;
  key: string;
  permission: Permission;
}

export interface MenuGroup {
  name: 'group_sale' | 'group_shop' | 'group_guard' | 'group_house';
  entries: MenuEntry[];
}

const kMenu: readonly MenuGroup[] = [
  {
    name: 'group_sale',
    entries: [
      { name: 'control-room', icon: Monitor, key: 'c', permission: 'view' },
      { name: 'activities', icon: Flag, key: 'a', permission: 'view' },
      { name: 'approvals', icon: Stamp, key: 'v', permission: 'view' },
      { name: 'report', icon: DataLine, key: 'r', permission: 'view' },
      { name: 'reconcile', icon: Finished, key: 'b', permission: 'view' },
    ],
  },
  {
    name: 'group_shop',
    entries: [
      { name: 'products', icon: Box, key: 'p', permission: 'view' },
      { name: 'orders', icon: Tickets, key: 'o', permission: 'view' },
    ],
  },
  {
    name: 'group_guard',
    entries: [
      { name: 'switches', icon: Operation, key: 's', permission: 'view' },
      { name: 'risk', icon: List, key: 'l', permission: 'edit_risk' },
    ],
  },
  {
    name: 'group_house',
    entries: [
      { name: 'users', icon: User, key: 'u', permission: 'manage_users' },
      { name: 'audit', icon: Notebook, key: 'h', permission: 'view_audit' },
      { name: 'system', icon: Document, key: 'y', permission: 'view' },
    ],
  },
];

export const menu = computed<MenuGroup[]>(() =>
  kMenu
    .map((group) => ({
      ...group,
      entries: group.entries.filter((entry) => may(entry.permission)),
    }))
    .filter((group) => group.entries.length > 0),
);
