// SPDX-License-Identifier: Apache-2.0
import { createApp } from 'vue';

import App from './App.vue';
import './preferences';
import { router } from './router';
import './theme.css';
import { watchVersion } from './version';

watchVersion();
createApp(App).use(router).mount('#app');
