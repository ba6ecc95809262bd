import type { PipelineSettings } from '@/server/domain/pipeline-settings.ts';

export type SettingField = {
  readonly name: keyof PipelineSettings;
  readonly label: string;
  readonly hint: string;
  readonly group: 'Commits' | 'Buffer' | 'Copies' | 'Source';
  /** How many of the stored unit one of the shown unit is. */
  readonly factor: number;
  readonly unit: string;
};

const MIB = 1024 * 1024;

/** The settings of a pipeline as people edit them; the server checks their bounds. */
export const SETTING_FIELDS: readonly SettingField[] = [
  {
    name: 'batchAgeMsMax',
    label: 'Commit at the latest after',
    hint: 'From the first change that waits. Shorter is fresher and makes more, smaller files.',
    group: 'Commits',
    factor: 1_000,
    unit: 's',
  },
  {
    name: 'batchRowsMax',
    label: 'Rows per commit',
    hint: 'A commit closes earlier at this many rows; one transaction is never split.',
    group: 'Commits',
    factor: 1,
    unit: 'rows',
  },
  {
    name: 'batchBytesMax',
    label: 'Size of a commit',
    hint: 'A commit closes earlier at this size.',
    group: 'Commits',
    factor: MIB,
    unit: 'MiB',
  },
  {
    name: 'bufferBytesMax',
    label: 'Buffer',
    hint: 'When this much waits, capture stops reading, and the source keeps the WAL instead.',
    group: 'Buffer',
    factor: MIB,
    unit: 'MiB',
  },
  {
    name: 'spillBytesMax',
    label: 'Held back per table',
    hint: 'A table that waits longer than this needs a resync.',
    group: 'Buffer',
    factor: MIB,
    unit: 'MiB',
  },
  {
    name: 'copyChunkRows',
    label: 'Rows per part of a copy',
    hint: 'A part is copied in one transaction, and again when a worker dies.',
    group: 'Copies',
    factor: 1,
    unit: 'rows',
  },
  {
    name: 'copyChunksAtOnce',
    label: 'Parts copied at once',
    hint: 'Each takes a connection of the source.',
    group: 'Copies',
    factor: 1,
    unit: 'parts',
  },
  {
    name: 'heartbeatSeconds',
    label: 'Heartbeat',
    hint: 'Writes a message to the log of the source this often, so that its slot moves on while the tables are idle. 0 is off.',
    group: 'Source',
    factor: 1,
    unit: 's',
  },
  {
    name: 'inProgressBytesMax',
    label: 'Transactions in progress',
    hint: 'Large transactions are read before they commit, so that they are in the lake sooner, and kept on the disk of the worker until then. Beyond this size they are read after their commit. 0 reads all of them after their commit.',
    group: 'Source',
    factor: MIB,
    unit: 'MiB',
  },
];
