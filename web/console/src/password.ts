// SPDX-License-Identifier: Apache-2.0
// Password: a random one for somebody else, to be typed once. Letters and digits that nobody
// confuses, 20 of 32 kinds: 100 bits.

const kLetters = 'abcdefghjkmnpqrstuvwxyz023456789'; // 32: five bits of a byte each
const kGroups = 4;
const kPerGroup = 5;

export function makePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(kGroups * kPerGroup));
  const letters = [...bytes].map((byte) => kLetters[byte % kLetters.length]);
  return Array.from({ length: kGroups }, (_, group) =>
    letters.slice(group * kPerGroup, (group + 1) * kPerGroup).join(''),
  ).join('-');
}
