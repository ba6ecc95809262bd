import { requireValid } from './commit-error.ts';
import type { PartitionField, PartitionSpec, SortOrder } from './metadata.ts';
import type { MetadataDraft } from './metadata-draft.ts';
import { type NestedField, nestedFields } from './schema-fields.ts';
import type { UnboundPartitionSpec } from './updates.ts';

/**
 * Checks a partition spec against the current schema and completes its field ids: an equivalent field of an earlier
 * spec lends its id, any other gets the next after last-partition-id.
 */
export function bindPartitionSpec(draft: MetadataDraft, spec: UnboundPartitionSpec): PartitionSpec {
  const fields = fieldsOfCurrentSchema(draft);
  const names = new Set<string>();
  let lastId = Math.max(draft['last-partition-id'], ...spec.fields.map((field) => field['field-id'] ?? 0));
  const bound = spec.fields.map((field): PartitionField => {
    const { name, transform } = field;
    requireValid(name !== '', `Cannot use empty or null partition name: ${name}`);
    requireValid(!names.has(name), `Cannot use partition name more than once: ${name}`);
    names.add(name);
    checkSource(fields, field, name);
    checkName(fields, field);
    const id = field['field-id'] ?? equivalent(draft, field) ?? ++lastId;
    return { 'source-id': field['source-id'], 'field-id': id, name, transform };
  });
  return { 'spec-id': spec['spec-id'] ?? 0, fields: bound };
}

/** The sort orders with this one among them, and its id there. Order 0 is reserved for unsorted. */
export function addSortOrder(draft: MetadataDraft, order: SortOrder): { id: number; orders: readonly SortOrder[] } {
  const orders = draft['sort-orders'];
  const known = orders.find((candidate) => sameOrder(candidate, order));
  if (known) return { id: known['order-id'], orders };
  const fields = fieldsOfCurrentSchema(draft);
  for (const field of order.fields) checkSource(fields, field, 'sort order');
  const id = order.fields.length === 0 ? 0 : Math.max(0, ...orders.map((candidate) => candidate['order-id'])) + 1;
  return { id, orders: [...orders, { 'order-id': id, fields: order.fields }] };
}

/** Throws unless every spec and order in use still finds its columns. */
export function checkLayout(draft: MetadataDraft): void {
  const fields = fieldsOfCurrentSchema(draft);
  const spec = draft['partition-specs'].find((candidate) => candidate['spec-id'] === draft['default-spec-id']);
  const order = draft['sort-orders'].find((candidate) => candidate['order-id'] === draft['default-sort-order-id']);
  requireValid(spec !== undefined, 'Cannot build table metadata without a default partition spec');
  requireValid(order !== undefined, 'Cannot build table metadata without a default sort order');
  for (const field of spec.fields) checkSource(fields, field, field.name);
  for (const field of order.fields) checkSource(fields, field, 'sort order');
}

function fieldsOfCurrentSchema(draft: MetadataDraft): ReadonlyMap<number, NestedField> {
  const schema = draft.schemas.find((candidate) => candidate['schema-id'] === draft['current-schema-id']);
  requireValid(schema !== undefined, 'Cannot build table metadata without a current schema');
  return new Map([...nestedFields(schema)].map((field) => [field.id, field]));
}

const TRANSFORM = /^(identity|year|month|day|hour|void|(bucket|truncate)\[[1-9]\d*\])$/;

function checkSource(
  fields: ReadonlyMap<number, NestedField>,
  field: { readonly 'source-id': number; readonly transform: string },
  name: string,
): void {
  requireValid(TRANSFORM.test(field.transform), `Unsupported transform: ${field.transform}`);
  // A void field may outlive its column.
  if (field.transform === 'void') return;
  const source = fields.get(field['source-id']);
  requireValid(source !== undefined, `Cannot find source column for ${name}: ${field['source-id']}`);
  requireValid(typeof source.type === 'string', `Cannot use non-primitive source field: ${source.path}`);
  requireValid(source.inStructs, `Invalid field parent, not a struct: ${source.path}`);
}

/** A partition field may share a column's name only if it holds that column's own value. */
function checkName(fields: ReadonlyMap<number, NestedField>, field: Omit<PartitionField, 'field-id'>): void {
  if (field.transform === 'void') return;
  const column = [...fields.values()].find(({ path }) => path === field.name);
  const own = field.transform === 'identity' && column?.id === field['source-id'];
  requireValid(!column || own, `Cannot create partition from name that exists in schema: ${field.name}`);
}

const equivalent = (draft: MetadataDraft, field: Omit<PartitionField, 'field-id'>): number | undefined =>
  draft['partition-specs']
    .flatMap((spec) => spec.fields)
    .find((known) => known['source-id'] === field['source-id'] && known.transform === field.transform)?.['field-id'];

const sameOrder = (a: SortOrder, b: SortOrder): boolean =>
  a.fields.length === b.fields.length &&
  a.fields.every((field, index) => {
    const other = b.fields[index];
    return (
      field['source-id'] === other?.['source-id'] &&
      field.transform === other.transform &&
      field.direction === other.direction &&
      field['null-order'] === other['null-order']
    );
  });
