import { requireCurrent } from './commit-error.ts';
import type { TableMetadata } from './metadata.ts';
import type { TableRequirement } from './requirements.ts';

/**
 * Checks what a commit requires of the table as it is; `base` is null when it does not exist. Throws CommitError
 * (`conflict`) with the reference implementation's texts (Java: UpdateRequirement).
 */
export function checkRequirements(base: TableMetadata | null, requirements: readonly TableRequirement[]): void {
  for (const requirement of requirements) checkOne(base, requirement);
}

/** Whether the request creates its table. */
export const isCreate = (requirements: readonly TableRequirement[]): boolean =>
  requirements.some((requirement) => requirement.type === 'assert-create');

function checkOne(base: TableMetadata | null, requirement: TableRequirement): void {
  if (requirement.type === 'assert-create') return must(base === null, 'table already exists');
  requireCurrent(base !== null, 'Requirement failed: table does not exist');
  switch (requirement.type) {
    case 'assert-table-uuid': {
      const same = base['table-uuid'].toLowerCase() === requirement.uuid.toLowerCase();
      return must(same, `UUID does not match: expected ${base['table-uuid']} != ${requirement.uuid}`);
    }
    case 'assert-ref-snapshot-id':
      return checkRef(base, requirement.ref, requirement['snapshot-id']);
    case 'assert-last-assigned-field-id':
      return equal('last assigned field id', requirement['last-assigned-field-id'], base['last-column-id']);
    case 'assert-current-schema-id':
      return equal('current schema', requirement['current-schema-id'], base['current-schema-id']);
    case 'assert-last-assigned-partition-id':
      return equal('last assigned partition id', requirement['last-assigned-partition-id'], base['last-partition-id']);
    case 'assert-default-spec-id':
      return equal('default partition spec', requirement['default-spec-id'], base['default-spec-id']);
    case 'assert-default-sort-order-id':
      return equal('default sort order', requirement['default-sort-order-id'], base['default-sort-order-id']);
  }
}

function checkRef(base: TableMetadata, name: string, expected: bigint | null): void {
  const ref = Object.hasOwn(base.refs, name) ? base.refs[name] : undefined;
  if (!ref) return must(expected === null, `branch or tag ${name} is missing, expected ${expected}`);
  must(expected !== null, `${ref.type} ${name} was created concurrently`);
  const actual = ref['snapshot-id'];
  must(expected === actual, `${ref.type} ${name} has changed: expected id ${expected} != ${actual}`);
}

const equal = (what: string, expected: number, actual: number): void =>
  must(expected === actual, `${what} changed: expected id ${expected} != ${actual}`);

function must(condition: boolean, message: string): void {
  requireCurrent(condition, `Requirement failed: ${message}`);
}
