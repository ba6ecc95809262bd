/** A fault that a replicator meets sooner or later. Tests name the rows they prove in their titles: `... (rows 16, 19)`. */
export type FaultRow = {
  readonly row: number;
  readonly name: string;
  /** Why no test provokes it on one machine. */
  readonly leftOut?: string;
};

const row = (number: number, name: string, leftOut?: string): FaultRow => ({
  row: number,
  name,
  ...(leftOut === undefined ? {} : { leftOut }),
});

/** All faults by area, in the order of the data's way. */
export const FAULT_ROWS: readonly FaultRow[] = [
  // Slot, log and server
  row(1, 'slot invalidated while nobody reads'),
  row(2, 'slot lost during a long copy'),
  row(3, 'slot dropped'),
  row(4, 'slot dropped and recreated under the same name'),
  row(5, 'slot busy'),
  row(6, 'slot advanced by somebody else'),
  row(7, 'log grows while our tables are idle'),
  row(8, 'one waiting table holds the slot'),
  row(9, 'failover to a server without the slot'),
  row(10, 'reader ahead of the new primary'),
  row(11, 'another cluster at the same address'),
  row(12, 'slot creation behind an open transaction'),
  row(13, 'orphan slots, no free slot'),
  row(14, 'publication dropped or made anew'),
  row(15, 'decoding spill fills the disk of the source', 'a full disk under the server needs a file system of its own'),
  row(16, 'server crashes under load'),
  // Protocol and order
  row(17, 'acknowledged before durable'),
  row(18, 'acknowledged off by one'),
  row(19, 'acknowledged transactions sent again'),
  row(20, 'slow or interrupted reader'),
  row(21, 'half-open connection'),
  row(22, 'interleaved transactions'),
  row(23, 'several changes at one position'),
  row(24, 'positions as numbers and text'),
  row(25, 'clock skew', 'no decision uses a local clock: leases and ages use now() of the metadata database'),
  row(26, 'huge transaction'),
  row(27, 'transactions in progress, rolled back subtransactions'),
  row(28, 'prepared transactions'),
  row(29, 'logical messages and unknown messages'),
  row(30, 'old transactions bundled with new ones'),
  // Rows and schema
  row(31, 'unchanged long values'),
  row(32, 'long key values'),
  row(33, 'no replica identity'),
  row(34, 'identical rows without a key'),
  row(35, 'identity by another index'),
  row(36, 'changed and swapped keys'),
  row(37, 'truncate'),
  row(38, 'column added'),
  row(39, 'column dropped'),
  row(40, 'column renamed'),
  row(41, 'column type changed'),
  row(42, 'schema change replayed after a crash'),
  row(43, 'table swapped, dropped, recreated'),
  row(44, 'table added later'),
  row(45, 'partitions'),
  row(46, 'generated columns'),
  row(47, 'publication changed by somebody else'),
  row(48, 'row-level security and missing grants'),
  row(49, 'odd names'),
  row(50, 'unlogged, foreign, views'),
  // Values
  row(51, 'numeric NaN, infinity, many digits'),
  row(52, 'infinite and far dates'),
  row(53, 'settings of role and database that change texts'),
  row(54, '24:00:00, time zones, intervals'),
  row(55, 'every other type'),
  row(56, 'json with large numbers and odd escapes'),
  row(57, 'databases that are not UTF-8'),
  row(58, 'very wide and very large rows'),
  // Copy and resync
  row(59, 'changes during the copy'),
  row(60, 'snapshot of a copy vanishes'),
  row(61, 'copy holds back vacuum'),
  row(62, 'copy interrupted'),
  row(63, 'timeouts and DDL during the copy'),
  row(64, 'resync while an old worker writes'),
  // Buffer and metadata database
  row(65, 'metadata database away'),
  row(66, 'position moved without data'),
  row(67, 'buffer grows for ever'),
  row(68, 'stored out of order'),
  row(69, 'row that cannot be converted'),
  // Storage, lake and catalog
  row(70, 'cut and failed uploads'),
  row(71, 'object store slow, refusing, away'),
  row(72, 'orphan files after a crash'),
  row(73, 'clean-up against a commit in flight'),
  row(74, 'another writer was first'),
  row(75, 'commit without an answer'),
  row(76, 'commit that lands late'),
  row(77, 'catalog away or refusing credentials'),
  row(78, 'marker lost, table rolled back or replaced'),
  row(79, 'compaction beside deletes'),
  row(80, 'one key many times in one batch'),
  row(
    81,
    'null and moving partition keys',
    'lake tables are not partitioned, and float keys are refused by the preflight',
  ),
  row(82, 'lake table altered or dropped by somebody else'),
  row(83, 'two pipelines on one lake table'),
  row(84, 'one file in two snapshots'),
  // Workers and queues
  row(85, 'worker killed at every step'),
  row(86, 'worker frozen beyond its lease'),
  row(87, 'worker killed twice on one job'),
  row(88, 'queues wiped or restarted'),
  row(89, 'queue server full'),
  row(90, 'queue server that evicts'),
  row(91, 'event loop blocked'),
  row(92, 'shutdown in the middle'),
  row(93, 'one job twice'),
  row(94, 'queues away from the API'),
];

/** The rows that a test's title names. */
export function rowsOf(title: string): number[] {
  const list = /\(rows? ([\d, ]+)\)/.exec(title)?.[1];
  return list === undefined ? [] : list.split(',').map(Number);
}
