import { sql } from 'drizzle-orm';
import { audited, type Transaction } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { SealedPlace, Sealer } from './seal.ts';

/** Everything that is kept sealed: table, column. Rows are known by `id`, but for answers that are kept by their request. */
export const SEALED_COLUMNS = [
  ['source', 'password_sealed'],
  ['destination', 'catalog_secret_sealed'],
  ['destination', 's3_secret_sealed'],
  ['oidc_setting', 'client_secret_sealed'],
  ['pipeline', 'mask_salt_sealed'],
  ['inquiry', 'question_sealed'],
  ['inquiry', 'answer_sealed'],
  ['idempotent_request', 'request_sealed'],
  ['idempotent_request', 'answer_sealed'],
] as const;

export type KeyRotation = {
  /** Sealed anew with the present key. */
  readonly sealedAnew: number;
  /** Were sealed with it already. */
  readonly current: number;
  /** Open with neither key: to be entered again. As `table.column of id`. */
  readonly unreadable: readonly string[];
};

/**
 * Seals every secret with the present encryption key that the previous one sealed, all or none. It can be repeated, and runs
 * beside web and workers that know both keys. Throws FORBIDDEN for anybody but the host.
 */
export async function rotateKeys(
  { database, sealer }: Pick<ControlDeps, 'database' | 'sealer'>,
  actor: Actor,
): Promise<KeyRotation> {
  if (actor.name !== 'system') throw new AppError('FORBIDDEN', 'this is done on the host only');
  return audited(database, { actor, scope: 'settings:manage', action: 'keys.rotate' }, async (tx) => {
    const counted = [];
    for (const place of SEALED_COLUMNS) counted.push(await sealAnew(tx, sealer, place));
    const result = {
      sealedAnew: counted.reduce((sum, { sealedAnew }) => sum + sealedAnew, 0),
      current: counted.reduce((sum, { current }) => sum + current, 0),
      unreadable: counted.flatMap(({ unreadable }) => unreadable),
    };
    return { result, subject: 'keys', detail: result };
  });
}

type Place = (typeof SEALED_COLUMNS)[number];
type Row = { readonly id: string; readonly parts: readonly string[]; readonly sealed: Buffer };

async function sealAnew(tx: Transaction, sealer: Sealer, [table, column]: Place): Promise<KeyRotation> {
  const [from, sealed] = [sql.identifier(table), sql.identifier(column)];
  const parts = sql.raw(table === 'idempotent_request' ? 'array[actor, route, key]' : 'array[id]');
  const { rows } = await tx.execute<Row>(
    sql`select id::text, ${parts} as parts, ${sealed} as sealed from ${from} where length(${sealed}) > 0 for update`,
  );
  const old = rows.filter((row) => !sealer.isCurrent(row.sealed));
  const unreadable: string[] = [];
  for (const row of old) {
    const [first = ''] = row.parts;
    const place = { table, column, rowId: row.parts.length === 1 ? first : JSON.stringify(row.parts) };
    const text = opened(sealer, row.sealed, place);
    if (text === null) unreadable.push(`${table}.${column} of ${row.id}`);
    else await tx.execute(sql`update ${from} set ${sealed} = ${sealer.seal(text, place)} where id::text = ${row.id}`);
  }
  return { sealedAnew: old.length - unreadable.length, current: rows.length - old.length, unreadable };
}

function opened(sealer: Sealer, sealed: Buffer, place: SealedPlace): string | null {
  try {
    return sealer.open(sealed, place);
  } catch (error) {
    if (error instanceof AppError && error.code === 'SECRET_UNREADABLE') return null;
    throw error;
  }
}
