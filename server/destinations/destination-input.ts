import * as z from 'zod';
import { resourceId, versionInput } from '@/server/platform/resource-id.ts';

const httpUrl = z
  .string()
  .max(2_000)
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be an http:// or https:// URL',
  )
  .refine(
    (text) => !URL.canParse(text) || new URL(text).username === '',
    'must not carry credentials; use the auth fields',
  )
  .meta({ format: 'uri' });

const secret = z.string().min(1).max(10_000);

const catalogAuth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('bearer'), token: secret }),
  z.strictObject({
    kind: z.literal('oauth2'),
    clientId: z.string().min(1).max(1_000),
    clientSecret: secret,
    scope: z.string().max(1_000).optional(),
    tokenUri: httpUrl.optional(),
  }),
]);
export type CatalogAuth = z.output<typeof catalogAuth>;

const catalog = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('embedded') }),
  z.strictObject({ kind: z.literal('rest'), uri: httpUrl, warehouse: z.string().min(1).max(1_000), auth: catalogAuth }),
]);

const s3Credentials = z.strictObject({ accessKeyId: z.string().min(1).max(1_000), secretAccessKey: secret });

const storage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('file'),
    root: z
      .string()
      .regex(/^file:\/\/\//, 'must begin with file:///')
      .optional(),
  }),
  z.strictObject({
    kind: z.literal('s3'),
    root: z
      .string()
      .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9._=-]+)*\/?$/, 'must look like s3://bucket/prefix'),
    region: z.string().min(1).max(100).default('us-east-1'),
    endpoint: httpUrl.optional(),
    pathStyle: z.boolean().default(false),
    credentials: s3Credentials.optional(),
  }),
]);

/** Also the warehouse's name in the embedded catalog, so readers type it. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits or dashes');

export const createDestinationInput = z.strictObject({
  name,
  catalog: catalog.default({ kind: 'embedded' }),
  storage: storage.default({ kind: 'file' }),
});
export type CreateDestination = z.input<typeof createDestinationInput>;
export type NewDestination = z.output<typeof createDestinationInput>;

/** Fields left out stay as they are. `version` refuses the change when somebody else was faster. */
export const updateDestinationInput = z.strictObject({
  id: resourceId,
  version: versionInput,
  name: name.optional(),
  catalog: z.strictObject({ uri: httpUrl.optional(), auth: catalogAuth.optional() }).optional(),
  storage: z
    .strictObject({
      region: z.string().min(1).max(100).optional(),
      endpoint: httpUrl.nullable().optional(),
      pathStyle: z.boolean().optional(),
      credentials: s3Credentials.optional(),
    })
    .optional(),
});
export type UpdateDestination = z.output<typeof updateDestinationInput>;
