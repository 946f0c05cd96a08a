// SPDX-License-Identifier: Apache-2.0
// The page that is not there.
import { startFrame } from './frame';

startFrame({});
