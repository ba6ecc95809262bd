import * as z from 'zod';
import { resourceId, versionInput } from '@/server/platform/resource-id.ts';

export const resourceName = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u,
    'must be 1 to 63 letters, digits, spaces, dots, dashes or underscores',
  );

/** A host name or an address. No URL, no socket path: the driver would read other options from those. */
const host = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?$|^\[?::1\]?$/, 'must be a host name or an address');

const fields = {
  name: resourceName,
  host,
  port: z.number().int().min(1).max(65_535),
  database: z.string().min(1).max(63),
  username: z.string().min(1).max(63),
  password: z.string().max(1_000),
  tlsMode: z.enum(['disable', 'require', 'verify-full']),
  tlsCa: z.string().max(100_000).includes('-----BEGIN CERTIFICATE-----', 'must be PEM certificates'),
};

export const createSourceInput = z.strictObject({
  ...fields,
  port: fields.port.default(5432),
  tlsMode: fields.tlsMode.default('verify-full'),
  tlsCa: fields.tlsCa.optional(),
});
export type CreateSource = z.input<typeof createSourceInput>;

/** Fields left out stay as they are. `version` refuses the change when somebody else was faster. */
export const updateSourceInput = z.strictObject({
  id: resourceId,
  version: versionInput,
  ...z.object(fields).partial().shape,
  tlsCa: fields.tlsCa.nullable().optional(),
});
export type UpdateSource = z.input<typeof updateSourceInput>;
