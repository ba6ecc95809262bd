import type { Context } from '../context.ts';
import { painterOf } from '../output/paint.ts';
import { printList } from '../output/print.ts';
import type { Change, FieldChange } from './change.ts';

const SIGNS = { create: '+', update: '~', delete: '-', none: ' ' } as const;

/** Shows what would be done; secrets only as changed or not. */
export function showPlan({ io, format }: Pick<Context, 'io' | 'format'>, plan: readonly Change[]): void {
  if (format !== 'table') {
    const rows = plan.map(({ kind, name, action, fields, obstacle, copies, notes }) => ({
      kind,
      name,
      action,
      fields,
      ...(obstacle ? { obstacle } : {}),
      ...(copies ? { copies } : {}),
      ...(notes ? { notes } : {}),
    }));
    return printList(io, format, { rows, columns: [], none: '' });
  }
  const paint = painterOf(io);
  const COLOURS = { create: paint.green, update: paint.yellow, delete: paint.red, none: paint.dim } as const;
  for (const { kind, name, action, fields, obstacle, copies = [], notes = [] } of plan) {
    if (action === 'none') continue;
    io.out(COLOURS[action](`${SIGNS[action]} ${kind} ${name}`));
    for (const change of fields) io.out(`    ${lineOf(change, action)}`);
    for (const table of copies) io.out(`    ${paint.yellow('copies again')} ${table}`);
    for (const note of notes) io.out(`    ${paint.dim('note')} ${note}`);
    if (obstacle) io.out(`    ${paint.red('impossible')} ${obstacle}`);
  }
  const count = (action: Change['action']) => plan.filter((change) => change.action === action).length;
  io.out(
    `${count('create')} to create, ${count('update')} to change, ${count('delete')} to delete, ${count('none')} as described`,
  );
}

function lineOf({ field, before, after }: FieldChange, action: Change['action']): string {
  if (before === undefined && after === undefined) return `${field} (secret)`;
  if (action === 'create' || before === undefined) return `${field}: ${textOf(after)}`;
  return `${field}: ${textOf(before)} -> ${after === undefined ? 'removed' : textOf(after)}`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
