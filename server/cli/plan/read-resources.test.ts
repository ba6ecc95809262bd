// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how resources name variables.
import { expect, it } from 'vitest';
import type { CliIo } from '../cli-io.ts';
import { readResources } from './read-resources.ts';

const PIPELINE = `apiVersion: philotes/v1
kind: Pipeline
name: shop
spec:
  source: shop
  destination: lake
  namespace: shop
  tables:
    - { schema: public, table: orders }
    - schema: public
      table: people
      columns:
        ssn: hide
      onDelete: keep
      mirorr: true
---
apiVersion: philotes/v1
kind: Source
name: shop
spec:
  host: \${NO_HOST}
  password: hunter2
---
kind: Sink
`;

const refusalOf = async (text: string): Promise<string> => {
  const io: CliIo = {
    out: () => undefined,
    err: () => undefined,
    readInput: async () => text,
    ask: null,
    isTerminal: false,
    columns: 80,
    cwd: '.',
    env: {},
    signal: new AbortController().signal,
  };
  return readResources(io, ['-']).then(() => 'accepted', String);
};

it('names what is wrong with its line and what may stand there', async () => {
  const refusal = await refusalOf(PIPELINE);
  expect(refusal.split('\n').slice(1)).toEqual([
    '  - standard input:13: Pipeline shop: tables[1].columns.ssn: must be carry, exclude, hash, redact, or {truncate: n} for the first n characters, 1 to 1000',
    '  - standard input:14: Pipeline shop: tables[1].onDelete: must be one of apply, soft, ignore',
    '  - standard input:15: Pipeline shop: tables[1].mirorr: is not a field',
    '  - standard input:21: Source shop: the variable NO_HOST is not set',
    '  - standard input:22: Source shop: spec.password is a secret in plain text; write it as ${VARIABLE}',
    '  - standard input:24: apiVersion: must be philotes/v1',
    '  - standard input:24: kind: must be Source, Destination, Pipeline',
    '  - standard input:24: name: is missing',
    '  - standard input:24: spec: is missing',
  ]);
});
