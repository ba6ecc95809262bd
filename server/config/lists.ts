import * as z from 'zod';
import { isAddressEntry, isAllowedEntry } from '@/server/network/network-policy.ts';

/** Settings that hold several values arrive as one text with commas, from the file's lists too. */
const words = z.string().transform((text) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
);
const lowerCase = words.transform((entries) => entries.map((entry) => entry.toLowerCase()));

/** Host names, addresses and networks. */
export const hostList = lowerCase.refine((entries) => entries.every(isAllowedEntry), {
  error: 'names something that is no host name, address or network like 10.0.0.0/8',
});

/** Addresses and networks. */
export const addressList = lowerCase.refine((entries) => entries.every(isAddressEntry), {
  error: 'names something that is no address or network like 10.0.0.0/8',
});

const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** Domains of e-mail addresses. */
export const domainList = lowerCase.refine((entries) => entries.every((entry) => DOMAIN.test(entry)), {
  error: 'names something that is no domain like example.com',
});

const ROLES = ['viewer', 'operator', 'admin', 'owner'] as const;
const GROUP_ROLE = new RegExp(`^(.+)=(${ROLES.join('|')})$`);

/** `group=role` each; a group's name may hold equals signs. */
export const groupRoleList = words
  .refine((pairs) => pairs.every((pair) => GROUP_ROLE.test(pair)), {
    error: 'is not a list like engineers=operator,platform=admin',
  })
  .transform((pairs) =>
    pairs.flatMap((pair) => {
      const [, group = '', name] = GROUP_ROLE.exec(pair) ?? [];
      const role = ROLES.find((known) => known === name);
      return role ? [{ group, role }] : [];
    }),
  );
