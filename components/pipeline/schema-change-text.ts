import type { SchemaChange } from './pipeline-types.ts';

/** One side of a change: a column with its type, or a name. */
export function sideText(side: SchemaChange['before']): string | null {
  if (side === null || typeof side === 'string') return side;
  return `${side.name} ${side.type}${side.notNull ? ' not null' : ''}`;
}

/** "column renamed: note text → remark text" */
export const changeText = ({ kind, before, after }: SchemaChange): string =>
  `${kind.replaceAll('-', ' ')}: ${[sideText(before), sideText(after)].filter((side) => side !== null).join(' → ')}`;
