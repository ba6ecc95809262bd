import * as z from 'zod';
import type { Schema } from '@/server/domain/iceberg/schema.ts';

/** Bodies of the REST catalog, as parseJson gives them. Unknown members are ignored, unknown tags are refused. */
const name = z
  .string()
  .min(1)
  .refine((text) => !text.includes('\0'), 'contains NUL');
const id = z.number().int();
const long = z.bigint();
const properties = z.record(z.string(), z.string());
const namespace = z.array(name).min(1);
const identifier = z.object({ namespace, name });

/** Depth and ids are checked by the domain; here only that it is a struct with fields. */
const schema = z
  .looseObject({ type: z.literal('struct'), 'schema-id': id.default(0), fields: z.array(z.lazy(() => field)) })
  .transform((value) => value as unknown as Schema);
const nested: z.ZodType = z.lazy(() =>
  z.union([
    z.string(),
    z.looseObject({ type: z.literal('struct'), fields: z.array(field) }),
    z.looseObject({ type: z.literal('list'), 'element-id': id, element: nested, 'element-required': z.boolean() }),
    z.looseObject({
      type: z.literal('map'),
      'key-id': id,
      key: nested,
      'value-id': id,
      value: nested,
      'value-required': z.boolean(),
    }),
  ]),
);
const field: z.ZodType = z.looseObject({ id, name: z.string(), required: z.boolean(), type: nested });

const spec = z.object({
  'spec-id': id.optional(),
  fields: z.array(z.object({ 'source-id': id, 'field-id': id.optional(), name: z.string(), transform: z.string() })),
});
const order = z.object({
  'order-id': id.default(1),
  fields: z.array(
    z.object({
      transform: z.string(),
      'source-id': id,
      direction: z.enum(['asc', 'desc']),
      'null-order': z.enum(['nulls-first', 'nulls-last']),
    }),
  ),
});
const snapshot = z.object({
  'snapshot-id': long,
  'parent-snapshot-id': long.nullish().transform((value) => value ?? undefined),
  'sequence-number': long.default(0n),
  'timestamp-ms': long,
  'manifest-list': z.string(),
  summary: z.object({ operation: z.enum(['append', 'replace', 'overwrite', 'delete']) }).catchall(z.string()),
  'schema-id': id.optional(),
  'first-row-id': long.optional(),
  'added-rows': long.optional(),
  'key-id': z.string().optional(),
});
const statistics = z.looseObject({
  'snapshot-id': long,
  'statistics-path': z.string(),
  'file-size-in-bytes': long,
  'file-footer-size-in-bytes': long,
  'blob-metadata': z.array(z.unknown()),
});
const partitionStatistics = z.object({
  'snapshot-id': long,
  'statistics-path': z.string(),
  'file-size-in-bytes': long,
});

const tagged = <Tag extends string, Shape extends z.core.$ZodLooseShape>(action: Tag, shape: Shape) =>
  z.object({ action: z.literal(action), ...shape });

const update = z.discriminatedUnion('action', [
  tagged('assign-uuid', { uuid: z.uuid() }),
  tagged('upgrade-format-version', { 'format-version': id }),
  tagged('add-schema', { schema, 'last-column-id': id.optional() }),
  tagged('set-current-schema', { 'schema-id': id }),
  tagged('add-spec', { spec }),
  tagged('set-default-spec', { 'spec-id': id }),
  tagged('add-sort-order', { 'sort-order': order }),
  tagged('set-default-sort-order', { 'sort-order-id': id }),
  tagged('add-snapshot', { snapshot }),
  tagged('set-snapshot-ref', {
    'ref-name': name,
    'snapshot-id': long,
    type: z.enum(['branch', 'tag']),
    'min-snapshots-to-keep': id.optional(),
    'max-snapshot-age-ms': long.optional(),
    'max-ref-age-ms': long.optional(),
  }),
  tagged('remove-snapshots', { 'snapshot-ids': z.array(long) }),
  tagged('remove-snapshot-ref', { 'ref-name': name }),
  tagged('set-location', { location: z.string() }),
  tagged('set-properties', { updates: properties }),
  tagged('remove-properties', { removals: z.array(z.string()) }),
  tagged('set-statistics', { statistics }),
  tagged('remove-statistics', { 'snapshot-id': long }),
  tagged('set-partition-statistics', { 'partition-statistics': partitionStatistics }),
  tagged('remove-partition-statistics', { 'snapshot-id': long }),
  tagged('remove-partition-specs', { 'spec-ids': z.array(id) }),
  tagged('remove-schemas', { 'schema-ids': z.array(id) }),
  tagged('add-encryption-key', {
    'encryption-key': z.looseObject({ 'key-id': z.string(), 'encrypted-key-metadata': z.string() }),
  }),
  tagged('remove-encryption-key', { 'key-id': z.string() }),
]);

const requirement = z.discriminatedUnion('type', [
  z.object({ type: z.literal('assert-create') }),
  z.object({ type: z.literal('assert-table-uuid'), uuid: z.string() }),
  z.object({ type: z.literal('assert-ref-snapshot-id'), ref: z.string(), 'snapshot-id': long.nullable() }),
  z.object({ type: z.literal('assert-last-assigned-field-id'), 'last-assigned-field-id': id }),
  z.object({ type: z.literal('assert-current-schema-id'), 'current-schema-id': id }),
  z.object({ type: z.literal('assert-last-assigned-partition-id'), 'last-assigned-partition-id': id }),
  z.object({ type: z.literal('assert-default-spec-id'), 'default-spec-id': id }),
  z.object({ type: z.literal('assert-default-sort-order-id'), 'default-sort-order-id': id }),
]);

const commit = { requirements: z.array(requirement), updates: z.array(update) };

export const CreateNamespaceRequest = z.object({ namespace, properties: properties.default({}) });
export const UpdatePropertiesRequest = z.object({
  removals: z.array(z.string()).nullish(),
  updates: properties.nullish(),
});
export const CreateTableRequest = z.object({
  name,
  location: z.string().nullish(),
  schema,
  'partition-spec': spec.nullish(),
  'write-order': order.nullish(),
  'stage-create': z.boolean().nullish(),
  properties: properties.nullish(),
});
export const RegisterTableRequest = z.object({
  name,
  'metadata-location': z.string(),
  overwrite: z.boolean().default(false),
});
export const RenameTableRequest = z.object({ source: identifier, destination: identifier });
export const CommitTableRequest = z.object({ identifier: identifier.nullish(), ...commit });
export const CommitTransactionRequest = z.object({
  'table-changes': z.array(z.object({ identifier, ...commit })).min(1),
});
