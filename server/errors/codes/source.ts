import type { ErrorPolicy } from './error-policy.ts';

/** What a source refuses, lacks or has lost. */
export const SOURCE_CODES = {
  SOURCE_UNREACHABLE: {
    cause: 'The source does not answer at this host and port, or the connection broke.',
    http: 502,
    retry: 'automatic',
    remedy: "Check the source's host, port, network and credentials.",
  },
  SOURCE_WITHOUT_TLS: {
    cause: 'The source is to be reached over TLS, and its server offers none.',
    http: 502,
    retry: 'automatic',
    remedy:
      'Turn TLS on at the server (ssl = on), or, where nobody can listen in between, set TLS of the source to disable.',
  },
  SOURCE_REFUSED: {
    cause: 'The source refused the credentials or has no such database, or the role lacks a right.',
    http: 403,
    retry: 'manual',
    remedy:
      'Correct the user, the password or the database of the source, or give the role the named right; the preflight lists what is missing.',
  },
  SOURCE_SETTINGS: {
    cause: 'The session on the source did not take over the settings that fix the text of values.',
    http: 409,
    retry: 'manual',
    remedy: 'Connect directly to the server: a pooler in between drops session settings.',
  },
  SOURCE_FAILED: {
    cause: 'The source answered a statement with an error.',
    http: 502,
    retry: 'manual',
    remedy: 'Read the server message and its log; then resume.',
  },
  SOURCE_IN_PROGRESS: {
    cause:
      'Large transactions could not be read while they are in progress: they outgrew their room on the disk of the worker, that disk failed, or the server failed at sending them.',
    http: 502,
    retry: 'automatic',
    remedy:
      'Nothing is lost: until its next shift, capture reads transactions after their commit. When it comes again, give them more room in the settings of the pipeline, free the disk of the workers, or set the room to 0.',
  },
  SOURCE_BLOCKED: {
    cause: 'Sessions or prepared transactions on the source hold what has to end first.',
    http: 409,
    retry: 'automatic',
    remedy: 'End the named sessions or prepared transactions, or wait for them.',
  },
  SOURCE_SLOT_BUSY: {
    cause: 'Another session reads the replication slot of this pipeline.',
    http: 409,
    retry: 'automatic',
    remedy: 'Something else reads this replication slot; stop it.',
  },
  SOURCE_NOT_RELEASED: {
    cause: 'A deleted pipeline still has its slot or its publication on the source.',
    http: 409,
    retry: 'automatic',
    remedy:
      'It is tried again every half minute: let the source be reached. If it is gone for good, forget it, on the page of pipelines or with philotes pipeline delete <id> --forget-source; what is left there is named, with the statements that remove it.',
  },
  SOURCE_SLOT_MISSING: {
    cause: 'Somebody dropped the replication slot, or the server was replaced by a copy without it.',
    http: 409,
    retry: 'manual',
    remedy: 'The replication slot is gone and changes may be lost: resync the pipeline, which makes a new slot.',
  },
  SOURCE_SLOT_LOST: {
    cause: 'The slot lagged further behind than max_slot_wal_keep_size allows.',
    http: 409,
    retry: 'manual',
    remedy: 'The server removed WAL that the slot needed (max_slot_wal_keep_size): raise it, then resync the pipeline.',
  },
  SOURCE_SLOT_GAP: {
    cause: 'The slot stands after the stored position, so that changes between are gone.',
    http: 409,
    retry: 'manual',
    remedy: 'The slot was recreated or advanced by someone else, so changes are missing: resync the pipeline.',
  },
  SOURCE_SERVER_CHANGED: {
    cause: 'Another system answers at the address, or one whose log ends before the stored position.',
    http: 409,
    retry: 'manual',
    remedy: 'The address now leads to another server or an older timeline: check it, then resync the pipeline.',
  },
  SOURCE_FAILED_OVER: {
    cause: 'A standby was promoted, or a backup restored, without our slot or without changes that were read before.',
    http: 409,
    retry: 'manual',
    remedy:
      'Resync the pipeline. From PostgreSQL 17 on the slot survives the next failover if the standby synchronizes slots (sync_replication_slots).',
  },
  SOURCE_IN_RECOVERY: {
    cause: 'The address leads to a standby, or to a server that is still recovering.',
    http: 503,
    retry: 'automatic',
    remedy: 'Point the source to the primary. Work goes on by itself once the server accepts writes.',
  },
  SOURCE_PUBLICATION: {
    cause: 'The publication is missing, or was shaped by hand.',
    http: 409,
    retry: 'manual',
    remedy:
      'Let the pipeline manage its own publication. Resync the table that was taken out of it or filtered differently, or the pipeline if it was dropped.',
  },
  SOURCE_PROTOCOL: {
    cause: 'A message of the replication stream could not be understood.',
    http: 502,
    retry: 'manual',
    remedy: 'The server sent something this version does not know. Report it with the log lines around it.',
  },
  SOURCE_TABLE_MISSING: {
    cause: 'A table of the pipeline does not exist on the source, or the role may not read it.',
    http: 409,
    retry: 'manual',
    remedy: 'Create the table on the source, grant SELECT on it, or take it out of the pipeline.',
  },
  SOURCE_TABLE_REPLACED: {
    cause:
      'Another table took the name of the one that the pipeline reads: it was renamed and made anew, or recreated.',
    http: 409,
    retry: 'manual',
    remedy: 'Resync the table to follow the one that has the name now, or take it out of the pipeline.',
  },
  SOURCE_PARTITION_ATTACHED: {
    cause: 'A table that had rows became a partition of one that is followed, and no log tells of these rows.',
    http: 409,
    retry: 'manual',
    remedy: 'Resync the table, which reads them with all others; its changes are kept until then.',
  },
  SOURCE_SNAPSHOT_LOST: {
    cause: 'The session that held the snapshot of a table copy ended.',
    http: 409,
    retry: 'automatic',
    remedy: 'The session that held the copy together ended; the copy of this table starts again.',
  },
  SOURCE_TABLE_CHANGED: {
    cause: 'A table was rewritten, truncated or altered while it was copied.',
    http: 409,
    retry: 'automatic',
    remedy: 'The table was rewritten or altered during its copy; the copy starts again.',
  },
  COPY_TORN: {
    cause: 'Rows moved between the parts of a copy that were read under several snapshots.',
    http: 409,
    retry: 'automatic',
    remedy: 'Rows changed their key while the table was copied in parts; it is copied again under one snapshot.',
  },
  VERIFY_IMPOSSIBLE: {
    cause:
      'Source and lake cannot be compared range by range: the table has no mirror, or a large one whose key has no order that can be told outside the source.',
    http: 409,
    retry: 'manual',
    remedy:
      'Verify tables with a mirror. Ranges need a key that begins with a whole number, a time, a uuid, bytes or text in the C collation; a resync makes any other table good.',
  },
  RESYNC_PART_IMPOSSIBLE: {
    cause: 'A part of a table was to be read again whose key has no order that can be told outside the source.',
    http: 409,
    retry: 'manual',
    remedy:
      'Resume the table, which gives the part up, or resync all of it. Parts need a key that begins with a whole number, a time, a uuid, bytes or text in the C collation.',
  },
  VERIFY_WAITS: {
    cause:
      'The table is not live or its pipeline does not run, so that its lake stands still while the source goes on.',
    http: 409,
    retry: 'automatic',
    remedy: 'Start or resume the pipeline and the table; the verification goes on with the ranges that are left.',
  },
  VERIFY_BEHIND: {
    cause:
      'The changes between the lake and the rows that were read have not all been captured in time, or are too many to compare with.',
    http: 503,
    retry: 'automatic',
    remedy: 'Wait until the pipeline has caught up, then verify again; its page shows how far behind it is.',
  },
  VERIFY_OVERTAKEN: {
    cause: 'The lake, the buffer or the source table changed in a way that ended one look at a range.',
    http: 503,
    retry: 'automatic',
    remedy: 'Nothing: the range is looked at again.',
  },
  PREFLIGHT_REFUSED: {
    cause: 'The checks before the start found something that prevents replication.',
    http: 409,
    retry: 'never',
    remedy: 'Do what each finding says, then try again.',
  },
  COPY_ROWS_MISCOUNTED: {
    cause: 'The rows that the source sent and the rows that were written or parked differ in number.',
    http: 500,
    retry: 'manual',
    remedy:
      'The copy lost or gained rows on its way, so nothing of it was used. Report it with the log lines around it.',
  },
} as const satisfies Record<string, ErrorPolicy>;
