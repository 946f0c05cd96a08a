// SPDX-License-Identifier: Apache-2.0
// The pages and their addresses. A new page is one line here, one in `menu.ts` if people go there
// by the menu, and a file in views/.
import { createRouter, createWebHistory } from 'vue-router';

import { askWho } from './api';
import { Problem } from './problem';
import { type Permission, session, signedOut, wasIn } from './session';

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown to somebody without it: "your role does not allow this". */
    permission?: Permission;
    /** Reached without a session. */
    open?: boolean;
    /** Made anew for each address: what is typed for one product is not for another. */
    form?: boolean;
  }
}

export const router = createRouter({
  history: createWebHistory('/admin'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    {
      path: '/sign-in',
      name: 'sign-in',
      component: () => import('./views/SignIn.vue'),
      meta: { open: true },
    },
    {
      path: '/setup',
      name: 'setup',
      component: () => import('./views/Setup.vue'),
      meta: { open: true },
    },
    {
      path: '/',
      component: () => import('./layout/Shell.vue'),
      children: [
        { path: '', redirect: { name: 'control-room' } },
        {
          path: 'live/:activityId?',
          name: 'control-room',
          component: () => import('./views/ControlRoom.vue'),
        },
        {
          path: 'activities',
          name: 'activities',
          component: () => import('./views/Activities.vue'),
        },
        {
          path: 'activities/new',
          name: 'activity-new',
          component: () => import('./views/ActivityEdit.vue'),
          meta: { permission: 'edit_activity', form: true },
        },
        {
          path: 'activities/:id',
          name: 'activity',
          component: () => import('./views/Activity.vue'),
        },
        {
          path: 'activities/:id/edit',
          name: 'activity-edit',
          component: () => import('./views/ActivityEdit.vue'),
          meta: { permission: 'edit_activity', form: true },
        },
        {
          path: 'report/:activityId?',
          name: 'report',
          component: () => import('./views/Report.vue'),
        },
        {
          path: 'approvals',
          name: 'approvals',
          component: () => import('./views/Approvals.vue'),
        },
        { path: 'products', name: 'products', component: () => import('./views/Products.vue') },
        {
          path: 'products/new',
          name: 'product-new',
          component: () => import('./views/ProductEdit.vue'),
          meta: { permission: 'edit_catalog', form: true },
        },
        {
          path: 'products/import',
          name: 'product-import',
          component: () => import('./views/ProductImport.vue'),
          meta: { permission: 'edit_catalog' },
        },
        {
          path: 'products/:id',
          name: 'product',
          component: () => import('./views/ProductEdit.vue'),
          meta: { form: true },
        },
        { path: 'orders', name: 'orders', component: () => import('./views/Orders.vue') },
        { path: 'orders/:id', name: 'order', component: () => import('./views/Order.vue') },
        {
          path: 'risk',
          name: 'risk',
          component: () => import('./views/Risk.vue'),
          meta: { permission: 'edit_risk' },
        },
        { path: 'switches', name: 'switches', component: () => import('./views/Switches.vue') },
        {
          path: 'users',
          name: 'users',
          component: () => import('./views/Users.vue'),
          meta: { permission: 'manage_users' },
        },
        {
          path: 'audit',
          name: 'audit',
          component: () => import('./views/Audit.vue'),
          meta: { permission: 'view_audit' },
        },
        { path: 'reconcile', name: 'reconcile', component: () => import('./views/Reconcile.vue') },
        { path: 'system', name: 'system', component: () => import('./views/System.vue') },
        { path: 'account', name: 'account', component: () => import('./views/Account.vue') },
        {
          path: ':rest(.*)*',
          name: 'not-found',
          component: () => import('./views/NotFound.vue'),
        },
      ],
    },
  ],
});

/** Asks once whose cookie this is. A server that does not answer is not a reason to sign in. */
async function findSession(): Promise<void> {
  if (!wasIn()) {
    signedOut();
    return;
  }
  try {
    await askWho();
  } catch (thrown) {
    const problem = Problem.from(thrown);
    if (problem.status !== 401) throw problem;
    signedOut();
  }
}

router.beforeEach(async (to) => {
  if (to.meta.open) return true;
  if (session.status === 'unknown') await findSession();
  if (session.status !== 'out') return true;
  return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } };
});
