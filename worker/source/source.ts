import type { Lsn } from '@/server/domain/lsn.ts';
import type { Segment } from '@/server/domain/segment.ts';

/** The changes of one source, in commit order, ready for the buffer. Disposing it ends the session. */
export interface ChangeSource extends AsyncDisposable {
  /**
   * Segments after the resume position, each at least once over the life of a pipeline. The source prepares the next
   * one while the last is being stored, and stops reading when the consumer lags: the session stays alive. Ends when
   * the signal aborts; throws a coded error when the stream cannot go on. Can be iterated once. A segment's bytes are
   * valid until the next one is asked for.
   */
  readonly segments: AsyncIterable<Segment>;
  /** Promises that everything up to a complete segment's `endLsn` is durable here and may be forgotten there. */
  confirm(endLsn: Lsn): void;
}
