import type { Client } from 'pg';
import { NO_RULES } from '@/server/domain/column-rules.ts';
import { sqlTable } from '@/server/domain/sql-name.ts';
import { keyColumns } from '@/server/domain/table-schema.ts';
import { unfitPolicy } from '@/server/domain/unfit-policy.ts';
import { bindRules } from '@/server/domain/visible-schema.ts';
import type { DiscoveredTable } from './discover.ts';
import { fitRowFilter, isMisfit } from './fit-row-filter.ts';
import type { Finding, PreflightTable } from './preflight.ts';
import { columnFindings } from './preflight-columns.ts';

type ChosenTable = PreflightTable & { readonly found: DiscoveredTable | undefined };

/** What speaks against, or should be known about, each of the chosen tables. */
export async function tableFindings(client: Client, chosen: readonly ChosenTable[]): Promise<Finding[]> {
  const present = chosen.filter(
    (table): table is ChosenTable & { found: DiscoveredTable } => table.found !== undefined,
  );
  const owners = await ownership(
    client,
    present.map((table) => table.found.schema.oid),
  );
  return [
    ...chosen.filter((table) => table.found === undefined).map(missing),
    ...present.flatMap((table) => findingsOf(table, owners)),
    ...(await filterFindings(client, present)),
  ];
}

type Owners = ReadonlyMap<number, { isOwner: boolean; bypassesRls: boolean }>;

function findingsOf(table: ChosenTable & { found: DiscoveredTable }, owners: Owners): Finding[] {
  const { found } = table;
  const subject = `${table.schema}.${table.table}`;
  if (!found.publishable.ok)
    return [
      {
        code: 'not_publishable',
        severity: 'error',
        subject,
        message: `It cannot be replicated: ${found.publishable.reason}.`,
        remedy: 'Choose another table.',
      },
    ];
  return [
    ...accessFindings(found, subject, owners.get(found.schema.oid)),
    ...keyFindings(table, subject),
    ...columnFindings(found, table.rules ?? NO_RULES, subject),
    ...ruleFindings(table, subject),
    ...policyFindings(table, subject),
  ];
}

function ruleFindings({ found, rules }: ChosenTable & { found: DiscoveredTable }, subject: string): Finding[] {
  const bound = rules ? bindRules(found.schema, rules) : null;
  if (typeof bound !== 'string') return [];
  const remedy =
    'Give rules to columns that the table has and that are no part of its key. A rule goes away when `columns` is given without it; on the command line --column names all that stay, and --all-columns takes all away.';
  return [
    { code: 'column_rules', severity: 'error', subject, message: `Its column rules do not fit: ${bound}.`, remedy },
  ];
}

function policyFindings(
  { found, policies = {}, mode }: ChosenTable & { found: DiscoveredTable },
  subject: string,
): Finding[] {
  const unfit = unfitPolicy(found.schema, { policies, mirror: mode !== 'changelog' });
  if (!unfit) return [];
  const message = `Its policies for values do not fit: ${unfit.reason}.`;
  const remedy = 'Give policies to columns that the table has; those of the key may be dead-letter or string.';
  return [{ code: 'value_policies', severity: 'error', subject, message, remedy }];
}

async function filterFindings(
  client: Client,
  tables: readonly (ChosenTable & { found: DiscoveredTable })[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { schema, table, found, where = [] } of tables) {
    if (where.length === 0 || !found.publishable.ok) continue;
    const fitted = await fitRowFilter(client, { table: found, filter: where });
    if (!isMisfit(fitted)) continue;
    const { reason, remedy } = fitted;
    const message = `Its row filter does not fit: ${reason}.`;
    findings.push({ code: 'row_filter', severity: 'error', subject: `${schema}.${table}`, message, remedy });
  }
  return findings;
}

function accessFindings(
  found: DiscoveredTable,
  subject: string,
  owner: { isOwner: boolean; bypassesRls: boolean } | undefined,
): Finding[] {
  const findings: (Finding | false)[] = [
    !found.selectable && {
      code: 'no_select_right',
      severity: 'error',
      subject,
      message: 'The role may not read the table.',
      remedy: `GRANT USAGE on the schema and SELECT on ${sqlTable(found.schema)} to the role.`,
    },
    !owner?.isOwner && {
      code: 'not_owner',
      severity: 'error',
      subject,
      message: 'Only its owner can add a table to a publication.',
      remedy: `Make the role a member of the owner of ${sqlTable(found.schema)}.`,
    },
    found.rowSecurity.enabled &&
      !owner?.bypassesRls &&
      (found.rowSecurity.forced || !owner?.isOwner) && {
        code: 'row_security',
        severity: 'error',
        subject,
        message: 'Row-level security hides rows from the copy, while the stream shows all of them.',
        remedy: 'Give the role BYPASSRLS.',
      },
  ];
  return findings.filter((finding) => finding !== false);
}

/**
 * Whether updates and deletes would fail once the table is published. A deferrable key tells nothing apart until commit,
 * so the server does not take it for an identity (manual: ALTER TABLE, REPLICA IDENTITY).
 */
export function lacksIdentity({ schema, keyDeferrable }: Pick<DiscoveredTable, 'schema' | 'keyDeferrable'>): boolean {
  const { replicaIdentity } = schema;
  if (replicaIdentity === 'f') return false;
  return replicaIdentity === 'n' || keyDeferrable || keyColumns(schema).length === 0;
}

function keyFindings(table: ChosenTable & { found: DiscoveredTable }, subject: string): Finding[] {
  const { found, mode } = table;
  const { replicaIdentity } = found.schema;
  const key = keyColumns(found.schema);
  const isMirrored = mode !== 'changelog';
  const hasNoIdentity = lacksIdentity(found);
  const findings: (Finding | false)[] = [
    hasNoIdentity && identityFinding(table, subject),
    isMirrored &&
      !hasNoIdentity &&
      key.length === 0 && {
        code: 'no_key',
        severity: 'error',
        subject,
        message: 'A mirror needs a key to find the row that changed.',
        remedy: 'Add a primary key, or choose the changelog mode.',
      },
    isMirrored &&
      found.keyDeferrable && {
        code: 'deferrable_key',
        severity: 'error',
        subject,
        message: 'The key is deferrable: two rows can share it within a transaction.',
        remedy: 'Make the constraint NOT DEFERRABLE, or choose the changelog mode.',
      },
    ...key
      .filter((column) => isMirrored && (column.type.kind === 'float4' || column.type.kind === 'float8'))
      .map((column): Finding => {
        return {
          code: 'float_key',
          severity: 'warning',
          subject: `${subject}.${column.name}`,
          message: 'Floating-point keys are not allowed as identifier columns in Iceberg.',
          remedy: 'Use a numeric or integer key, or choose the changelog mode.',
        };
      }),
    // A mirror completes such values by itself, so that alone it has nothing to know.
    mode !== 'mirror' &&
      !hasNoIdentity &&
      replicaIdentity !== 'f' &&
      found.schema.columns.some((column) => TOASTABLE.has(column.type.kind) && column.keyOrdinal === null) && {
        code: 'unchanged_values',
        severity: 'info',
        subject,
        message:
          'Updates leave out large values that did not change. The mirror completes them; the changelog lists their columns.',
        remedy: 'For whole rows in the changelog, ALTER TABLE ... REPLICA IDENTITY FULL (more WAL).',
      },
  ];
  return findings.filter((finding) => finding !== false);
}

/** FULL lets the application write, and a mirror still has no key: it is the way out for a changelog alone. */
function identityFinding({ found, mode }: ChosenTable & { found: DiscoveredTable }, subject: string): Finding {
  const isMirrored = mode !== 'changelog';
  const ways = [
    found.keyDeferrable
      ? 'Make the key NOT DEFERRABLE'
      : found.schema.replicaIdentity === 'n'
        ? 'Give it a primary key and REPLICA IDENTITY DEFAULT'
        : 'Add a primary key',
    'let a unique index on NOT NULL columns be its REPLICA IDENTITY',
    isMirrored
      ? 'choose the changelog mode with REPLICA IDENTITY FULL'
      : 'ALTER TABLE ... REPLICA IDENTITY FULL (more WAL)',
  ];
  return {
    code: 'no_replica_identity',
    severity: 'error',
    subject,
    message:
      'Once published, updates and deletes of this table would fail in the application: it has no replica identity.',
    remedy: `${ways.slice(0, -1).join(', ')}, or ${ways.at(-1)}.`,
  };
}

/** Kinds whose values may be stored out of line. */
const TOASTABLE = new Set(['text', 'bytea', 'array']);

const missing = (table: ChosenTable): Finding => ({
  code: 'table_missing',
  severity: 'error',
  subject: `${table.schema}.${table.table}`,
  message: 'There is no such table in the source, or the role may not see its schema.',
  remedy: 'Correct the name (case matters).',
});

async function ownership(client: Client, oids: readonly number[]): Promise<Owners> {
  const { rows } = await client.query<{ oid: number; is_owner: boolean; bypasses_rls: boolean }>(
    `SELECT c.oid, pg_has_role(current_user, c.relowner, 'USAGE') AS is_owner,
            (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS bypasses_rls
       FROM pg_class c WHERE c.oid = ANY($1::oid[])`,
    [oids],
  );
  return new Map(rows.map((row) => [row.oid, { isOwner: row.is_owner, bypassesRls: row.bypasses_rls }]));
}
