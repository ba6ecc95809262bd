import { checkSchema } from './check-schema.ts';
import { requireValid } from './commit-error.ts';
import { addSortOrder, bindPartitionSpec } from './layout-binding.ts';
import type { PartitionSpec, SortOrder } from './metadata.ts';
import type { MetadataDraft } from './metadata-draft.ts';
import { sameSchema } from './same-schema.ts';
import type { Schema } from './schema.ts';
import { highestFieldId } from './schema-fields.ts';
import { LAST_ADDED, type UnboundPartitionSpec } from './updates.ts';

/** Adds a schema; an identical one keeps its id, any other gets the next. Field ids are the client's. */
export function addSchema(draft: MetadataDraft, update: { schema: Schema; 'last-column-id'?: number }): void {
  const { schema } = update;
  const last = draft['last-column-id'];
  const stated = update['last-column-id'] ?? last;
  requireValid(stated >= last, `Invalid last column ID: ${stated} < ${last} (previous last column ID)`);
  checkSchema(schema, draft['format-version']);
  const lastColumnId = Math.max(stated, highestFieldId(schema));
  const known = draft.schemas.find((candidate) => sameSchema(candidate, schema));
  const id = known?.['schema-id'] ?? nextId(draft.schemas.map((candidate) => candidate['schema-id']));
  if (!known) draft.schemas = [...draft.schemas, { ...schema, 'schema-id': id }];
  if (!known || lastColumnId > last) draft.changed = true;
  draft['last-column-id'] = lastColumnId;
  draft.added.schemas.push(id);
}

export function setCurrentSchema(draft: MetadataDraft, update: { 'schema-id': number }): void {
  const id = resolve(update['schema-id'], draft.added.schemas, 'schema');
  if (id === draft['current-schema-id']) return;
  const known = draft.schemas.some((schema) => schema['schema-id'] === id);
  requireValid(known, `Cannot set current schema to unknown schema: ${id}`);
  draft['current-schema-id'] = id;
  draft.changed = true;
}

export function removeSchemas(draft: MetadataDraft, update: { 'schema-ids': readonly number[] }): void {
  const removed = new Set(update['schema-ids']);
  requireValid(!removed.has(draft['current-schema-id']), 'Cannot remove the current schema');
  const kept = draft.schemas.filter((schema) => !removed.has(schema['schema-id']));
  if (kept.length < draft.schemas.length) draft.changed = true;
  draft.schemas = kept;
}

export function addSpec(draft: MetadataDraft, update: { spec: UnboundPartitionSpec }): void {
  const bound = bindPartitionSpec(draft, update.spec);
  const known = draft['partition-specs'].find((candidate) => samePartitioning(candidate, bound));
  const id = known?.['spec-id'] ?? nextId(draft['partition-specs'].map((candidate) => candidate['spec-id']));
  draft.added.specs.push(id);
  if (known) return;
  draft['partition-specs'] = [...draft['partition-specs'], { ...bound, 'spec-id': id }];
  draft['last-partition-id'] = Math.max(draft['last-partition-id'], ...bound.fields.map((field) => field['field-id']));
  draft.changed = true;
}

export function setDefaultSpec(draft: MetadataDraft, update: { 'spec-id': number }): void {
  const id = resolve(update['spec-id'], draft.added.specs, 'spec');
  if (id === draft['default-spec-id']) return;
  const known = draft['partition-specs'].some((spec) => spec['spec-id'] === id);
  requireValid(known, `Cannot set default partition spec to unknown spec: ${id}`);
  draft['default-spec-id'] = id;
  draft.changed = true;
}

export function removePartitionSpecs(draft: MetadataDraft, update: { 'spec-ids': readonly number[] }): void {
  const removed = new Set(update['spec-ids']);
  requireValid(!removed.has(draft['default-spec-id']), 'Cannot remove the default partition spec');
  const kept = draft['partition-specs'].filter((spec) => !removed.has(spec['spec-id']));
  if (kept.length < draft['partition-specs'].length) draft.changed = true;
  draft['partition-specs'] = kept;
}

export function addOrder(draft: MetadataDraft, update: { 'sort-order': SortOrder }): void {
  const { id, orders } = addSortOrder(draft, update['sort-order']);
  if (orders !== draft['sort-orders']) draft.changed = true;
  draft['sort-orders'] = orders;
  draft.added.orders.push(id);
}

export function setDefaultSortOrder(draft: MetadataDraft, update: { 'sort-order-id': number }): void {
  const id = resolve(update['sort-order-id'], draft.added.orders, 'sort order');
  if (id === draft['default-sort-order-id']) return;
  const known = draft['sort-orders'].some((order) => order['order-id'] === id);
  requireValid(known, `Cannot set default sort order to unknown sort order: ${id}`);
  draft['default-sort-order-id'] = id;
  draft.changed = true;
}

/** `-1` is whatever the request added last. */
function resolve(id: number, added: readonly number[], what: string): number {
  if (id !== LAST_ADDED) return id;
  const last = added.at(-1);
  requireValid(last !== undefined, `Cannot set last added ${what}: no ${what} has been added`);
  return last;
}

const nextId = (ids: readonly number[]): number => Math.max(-1, ...ids) + 1;

const samePartitioning = (a: PartitionSpec, b: PartitionSpec): boolean =>
  a.fields.length === b.fields.length &&
  a.fields.every((field, index) => {
    const other = b.fields[index];
    return (
      field['source-id'] === other?.['source-id'] && field.transform === other.transform && field.name === other.name
    );
  });
