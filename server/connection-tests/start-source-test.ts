import * as z from 'zod';
import { audited } from '@/server/audit/audited.ts';
import type { Actor } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { fieldError } from '@/server/errors/app-error.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { nudgeInquiry, storeInquiry } from '@/server/inquiries/store-inquiry.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import type { SourceConnection } from '@/server/postgres/connect.ts';
import { openSource } from '@/server/sources/open-source.ts';
import { createSourceInput, updateSourceInput } from '@/server/sources/source-input.ts';
import { limitTests, TEST_KEPT_S } from './limit-tests.ts';
import { type ConnectionTest, testView } from './test-view.ts';

const candidate = createSourceInput.omit({ name: true });
const overrides = updateSourceInput.omit({ id: true, version: true, name: true });

export const startSourceTestInput = z.strictObject({
  candidate: candidate.optional().describe('A source that is not saved yet'),
  sourceId: resourceId.optional().describe('A saved source instead'),
  overrides: overrides.optional().describe('Fields of the saved source that are about to change'),
  tables: z
    .array(
      z.strictObject({
        schema: z.string().min(1).max(63),
        table: z.string().min(1).max(63),
        mode: z.enum(['mirror', 'changelog', 'both']),
      }),
    )
    .max(2_000)
    .default([]),
});

type Deps = Pick<ControlDeps, 'database' | 'sealer' | 'nudge'>;

/** Asks a worker to try a source; the findings come with readConnectionTest. Nothing is changed on the source. */
export async function startSourceTest(
  deps: Deps,
  actor: Actor,
  input: z.input<typeof startSourceTestInput>,
): Promise<ConnectionTest> {
  const change = { actor, scope: 'source:write', action: 'source.test' } as const;
  const row = await audited(deps.database, change, async (tx) => {
    const wanted = parseInput(startSourceTestInput, input);
    await limitTests(deps, actor);
    const connection = await connectionOf(deps, wanted);
    const question = { kind: 'source-test' as const, connection, tables: wanted.tables };
    const result = await storeInquiry(tx, { sealer: deps.sealer, actor, question, keepS: TEST_KEPT_S });
    const { host, port, database } = connection;
    return { result, subject: wanted.sourceId ?? 'candidate', detail: { host, port, database } };
  });
  nudgeInquiry(deps, row);
  return testView(deps.sealer, row);
}

type Wanted = z.output<typeof startSourceTestInput>;

/** A stored password is never sent to an address it was not entered for. */
async function connectionOf(
  deps: Deps,
  { candidate: given, sourceId, overrides: changed = {} }: Wanted,
): Promise<SourceConnection> {
  if (given && sourceId !== undefined)
    throw fieldError('INVALID_INPUT', 'candidate', 'give a candidate or a sourceId, not both');
  if (given) return connectionTo(given);
  if (sourceId === undefined) throw fieldError('INVALID_INPUT', 'sourceId', 'give a sourceId or a candidate');
  const saved = await openSource(deps, sourceId);
  const { host = saved.host, port = saved.port, password } = changed;
  if ((host !== saved.host || port !== saved.port) && password === undefined && saved.password !== '') {
    throw fieldError('INVALID_INPUT', 'overrides.password', 'enter it again, since the host or the port changes');
  }
  const tlsCa = changed.tlsCa === null ? undefined : (changed.tlsCa ?? saved.tls.ca);
  return connectionTo({
    host,
    port,
    database: changed.database ?? saved.database,
    username: changed.username ?? saved.user,
    password: password ?? saved.password,
    tlsMode: changed.tlsMode ?? saved.tls.mode,
    tlsCa,
  });
}

const connectionTo = ({ username, tlsMode, tlsCa, ...place }: z.output<typeof candidate>): SourceConnection => ({
  ...place,
  user: username,
  tls: { mode: tlsMode, ...(tlsCa === undefined ? {} : { ca: tlsCa }) },
});
