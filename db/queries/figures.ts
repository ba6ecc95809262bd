/** SQL of figures that several queries show, over `pipeline p left join position at`. */

/** WAL bytes that are captured and not committed. */
export const LAG_BYTES = `greatest(pg_wal_lsn_diff(at.tail_lsn, at.committed_lsn), 0)`;

/**
 * Commit time of the oldest change that waits to be committed. Not the last commit's: after a quiet hour one new change would
 * count as an hour.
 */
const WAITING_SINCE = 'coalesce(at.waiting_since, at.committed_commit_time)';

/** Commit time between the oldest change that waits and the last captured one. */
export const LAG_SECONDS = `case when at.tail_lsn > at.committed_lsn
  then greatest(extract(epoch from at.tail_commit_time - ${WAITING_SINCE}), 0) else 0 end`;

/**
 * The age of what a reader sees: while nothing waits, since capture last reported that it is at the end; else since the oldest
 * waiting change was committed at the source.
 */
export const FRESHNESS_SECONDS = `greatest(extract(epoch from now() - case when at.tail_lsn > at.committed_lsn
  then ${WAITING_SINCE} else at.updated_at end), 0)`;

/**
 * Whether somebody waits for a pipeline's lake tables: one that is paused is to go on, one that was stopped is not, and one
 * that never ran has nothing to be behind with.
 */
export const IS_AWAITED = `(p.desired_state in ('running', 'paused') and at.tail_lsn is not null)`;

/** WAL that the source keeps for the slot, whoever reads it or not; what was last heard of a slot counts for a minute. */
export const WAL_RETAINED = `case when at.slot_checked_at > now() - interval '1 minute' then at.slot_retained_bytes end`;

/** What a dead letter's state is while somebody has to deal with it. */
export const LETTER_IS_OPEN = `state in ('open', 'replay_requested')`;

/**
 * Whether a person should look at a pipeline (a row of `pipeline`): it stopped by itself, the source may remove the WAL that
 * it needs, tables are held back, or may differ from their source, or rows are missing in the lake. components/overview/attention.ts says so in words.
 */
export const NEEDS_LOOK = `(
  pipeline.error_code is not null and pipeline.state not in ('stopped', 'draft')
  or exists (select from position at where at.pipeline_id = pipeline.id and at.slot_wal_status = 'unreserved')
  or exists (select from pipeline_table t where t.pipeline_id = pipeline.id and (t.state = 'needs_attention' or t.doubts <> '[]'))
  or exists (select from dead_letter d join pipeline_table t on t.id = d.pipeline_table_id
              where t.pipeline_id = pipeline.id and d.${LETTER_IS_OPEN}))`;
