import { identifierText, type TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import { metadataToJson } from '@/server/domain/iceberg/metadata-json.ts';
import { emptyAnswer, jsonAnswer } from './answers.ts';
import { type Call, tableOf } from './call.ts';
import { badRequest } from './catalog-error.ts';
import { commitTables, type TableChange } from './commit-tables.ts';
import { parseBody } from './request-body.ts';
import { CommitTableRequest, CommitTransactionRequest } from './request-shapes.ts';

export async function commitTable(call: Call): Promise<Response> {
  const identifier = tableOf(call);
  const body = parseBody(call.body, CommitTableRequest);
  if (body.identifier && !sameTable(body.identifier, identifier)) {
    throw badRequest('Invalid commit: the identifier is not the one of the path');
  }
  const [table] = await commitTables(call, [changeOf(identifier, body)], { status: 200, ...identifier });
  if (!table) throw new TypeError('a commit without a table');
  return jsonAnswer({ 'metadata-location': table.location, metadata: metadataToJson(table.metadata) });
}

/** All tables or none. */
export async function commitTransaction(call: Call): Promise<Response> {
  const changes = parseBody(call.body, CommitTransactionRequest)['table-changes'];
  const seen = new Set<string>();
  for (const { identifier } of changes) {
    const key = [...identifier.namespace, identifier.name].join('\u001f');
    if (seen.has(key)) throw badRequest(`Invalid transaction: more than one change of ${identifierText(identifier)}`);
    seen.add(key);
  }
  await commitTables(
    call,
    changes.map((change) => changeOf(change.identifier, change)),
    { status: 204 },
  );
  return emptyAnswer();
}

const changeOf = (identifier: TableIdentifier, body: Omit<ParsedCommit, 'identifier'>): TableChange => ({
  identifier,
  requirements: body.requirements,
  updates: body.updates as TableChange['updates'],
});

type ParsedCommit = ReturnType<typeof CommitTableRequest.parse>;

const sameTable = (a: TableIdentifier, b: TableIdentifier): boolean =>
  a.name === b.name && a.namespace.length === b.namespace.length && a.namespace.every((l, i) => l === b.namespace[i]);
