import * as z from 'zod';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import { CONDITION_OPERATORS, type RowCondition } from '@/server/domain/copy-scope.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { type AskDeps, askWorker } from '@/server/inquiries/ask-worker.ts';
import { lakeTableInput } from './lake-input.ts';
import { type LakePreview, LakePreviewView } from './lake-view.ts';
import { requireDestination } from './owners.ts';

export const lakePreviewInput = z.strictObject({
  ...lakeTableInput.shape,
  column: z.string().min(1).max(1_000).optional().describe('Only rows whose value of this column meets the condition'),
  operator: z.enum(CONDITION_OPERATORS).optional().describe('= when left out'),
  value: z.string().max(1_000).optional().describe('As the preview writes it; none for is null and is not null'),
  limit: z.number().int().min(1).max(100).default(20),
});

/**
 * Some rows of a table as a reader sees them now, which is on record. Throws LAKE_TABLE_UNSUPPORTED where the deletes of
 * another writer cannot be applied, INVALID_INPUT for a condition that its columns cannot be asked.
 */
export async function lakePreview(
  deps: AskDeps,
  actor: Actor,
  input: z.input<typeof lakePreviewInput>,
): Promise<LakePreview> {
  const change = { actor, scope: 'catalog:read', action: 'lake.preview' } as const;
  const asked = await audited(deps.database, change, async () => {
    const parsed = parseInput(lakePreviewInput, input);
    await requireDestination(deps, parsed.destinationId);
    const { destinationId, namespace, table } = parsed;
    const condition = conditionOf(parsed);
    // Never the value: it may be a person's.
    const by = condition && { column: condition.column, operator: condition.operator };
    return { result: { ...parsed, condition }, subject: destinationId, detail: { namespace, table, ...by } };
  });
  const { destinationId, namespace, table, limit, condition } = asked;
  const question = { ask: 'preview' as const, namespace, table, limit, condition };
  return LakePreviewView.parse(await askWorker(deps, actor, { kind: 'lake', destinationId, question }));
}

type Asked = Pick<z.output<typeof lakePreviewInput>, 'column' | 'operator' | 'value'>;

function conditionOf({ column, operator, value }: Asked): RowCondition | undefined {
  if (column === undefined) {
    if (operator === undefined && value === undefined) return undefined;
    throw fieldError('INVALID_INPUT', 'column', 'is missing: a condition names the column that it is about');
  }
  const comparison = operator ?? '=';
  if (comparison.startsWith('is ')) {
    if (value !== undefined) throw fieldError('INVALID_INPUT', 'value', `has no place with ${comparison}`);
    return { column, operator: comparison, value: null };
  }
  if (value === undefined) throw fieldError('INVALID_INPUT', 'value', `is missing: ${comparison} compares with one`);
  return { column, operator: comparison, value };
}
