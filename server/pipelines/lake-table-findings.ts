import type { Actor } from '@/server/auth/actor.ts';
import { AppError, fieldError, policyOf } from '@/server/errors/app-error.ts';
import type { AskDeps } from '@/server/inquiries/ask-worker.ts';
import { type StandingTable, standingTables } from '@/server/lake/standing-tables.ts';
import type { Finding } from '@/server/postgres/preflight.ts';
import { lakeTablesOf } from './lake-names.ts';
import type { NamedTable } from './pipeline-input.ts';

type Wanted = {
  readonly destinationId: string;
  readonly namespace: string;
  readonly tables: readonly NamedTable[];
};

/** The lake tables that are in the way of tables which have none yet. A catalog that cannot be asked is a warning. */
export async function lakeTableFindings(deps: AskDeps, actor: Actor, wanted: Wanted): Promise<Finding[]> {
  const { destinationId, namespace, tables } = wanted;
  let standing: StandingTable[];
  try {
    standing = await standingTables(deps, actor, { destinationId, namespace, names: tables.flatMap(lakeTablesOf) });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const message = `Whether its lake tables exist already could not be asked: ${error.message}.`;
    const remedy = `${policyOf(error).remedy} A table whose lake table exists waits with LAKE_TABLE_EXISTS after the start.`;
    return [{ code: 'lake_not_asked', severity: 'warning', subject: namespace, message, remedy }];
  }
  const byName = new Map(standing.map((table) => [table.name, table]));
  return tables.flatMap((table) =>
    lakeTablesOf(table).flatMap((name): Finding[] => {
      const found = byName.get(name);
      if (!found) return [];
      const subject = `${table.schema}.${table.table}`;
      const text = `${namespace}.${name}`;
      const message = `Lake table ${text} exists already; ${originOf(found)}.`;
      return [{ code: 'LAKE_TABLE_EXISTS', severity: 'error', subject, message, remedy: remedyOf(found, text) }];
    }),
  );
}

/** Refuses tables whose lake tables are there already: LAKE_TABLE_EXISTS. What cannot be asked is left to the worker. */
export async function refuseTakenLakeTables(deps: AskDeps, actor: Actor, wanted: Wanted): Promise<void> {
  const errors = (await lakeTableFindings(deps, actor, wanted)).filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (!first) return;
  const index = wanted.tables.findIndex(({ schema, table }) => `${schema}.${table}` === first.subject);
  const reason = errors.map(({ message, remedy }) => `${message} ${remedy}`).join('\n');
  throw fieldError('LAKE_TABLE_EXISTS', `tables[${index}].lakeName`, reason);
}

const originOf = ({ madeFor, writer }: StandingTable): string =>
  madeFor === null
    ? 'Philotes did not make it'
    : writer === null
      ? 'it was made for a table that is in no pipeline any more'
      : `it was made for table ${writer}`;

const remedyOf = ({ madeFor, writer }: StandingTable, name: string): string => {
  const other = 'give the table another name in the lake';
  if (writer !== null) return `To keep both, ${other}.`;
  if (madeFor === null) return `Drop it with the tool that made it, or ${other}.`;
  return `Drop it on its page in the lake or with \`philotes lake drop\` (${name}), or ${other}.`;
};
