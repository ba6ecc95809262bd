import { isDeepStrictEqual } from 'node:util';
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
  const [, table] = /^tables\.([^.]+\..+)$/.exec(field) ?? [];
  if (table && isFields(after) && before === undefined) return `+ table ${table} (${shapeText(after)})`;
  if (table && isFields(before) && after === undefined) return `- table ${table} (${shapeText(before)})`;
  if (action === 'create' || before === undefined) return `${field}: ${textOf(after)}`;
  return `${field}: ${textOf(before)} -> ${after === undefined ? 'removed' : textOf(after)}`;
}

/** A table's modes, its name in the lake, and whatever else of it is not as it is by default. */
function shapeText({ mirror, changelog, lakeName, ...others }: Fields): string {
  const told = Object.entries(others).filter(
    ([, value]) => value !== 'apply' && value !== 'carry' && !isDeepStrictEqual(value, {}),
  );
  return [
    ...(mirror === true ? ['mirror'] : []),
    ...(changelog === true ? ['changelog'] : []),
    `in the lake ${textOf(lakeName)}`,
    ...told.flatMap(([field, value]) => (isDeepStrictEqual(value, []) ? [] : [`${field} ${textOf(value)}`])),
  ].join(', ');
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function textOf(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ') || 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
