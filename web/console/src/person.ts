// SPDX-License-Identifier: Apache-2.0

/** An operator as people know them: by name, or by number where a server does not tell the name. */
export const person = (id: string, name: string | undefined): string => name ?? '#' + id;
