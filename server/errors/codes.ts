type ErrorPolicy = {
  /** What brings it about, in one sentence. */
  readonly cause: string;
  /** HTTP status when it reaches an API. */
  readonly http: number;
  /** `automatic`: a service may try again by itself. `manual`: a person has to act first. `never`: the call was wrong. */
  readonly retry: 'automatic' | 'manual' | 'never';
  /** What the person can do about it. */
  readonly remedy: string;
};

/** Every coded failure: what it means to HTTP, to the retry loop and to a person. */
export const ERROR_CODES = {
  // Anything
  INTERNAL: {
    cause: 'Something failed that the program did not expect.',
    http: 500,
    retry: 'manual',
    remedy: 'This is a defect. Report it with the log lines around it.',
  },
  INVALID_INPUT: {
    cause: 'A field is missing, unknown, malformed or outside its limits.',
    http: 400,
    retry: 'never',
    remedy: 'Correct the named field and try again.',
  },
  NOT_FOUND: {
    cause: 'There is no such thing under this id or path.',
    http: 404,
    retry: 'never',
    remedy: 'It does not exist, or you may not see it.',
  },
  CONFLICT: {
    cause: 'The name is taken, or somebody else changed the thing in the meantime.',
    http: 409,
    retry: 'never',
    remedy: 'Load the present state and repeat the change on it.',
  },
  FORBIDDEN: {
    cause: 'The role or the API key lacks the right for this.',
    http: 403,
    retry: 'never',
    remedy: 'Ask an administrator for the named right.',
  },
  UNAUTHENTICATED: {
    cause: 'There is no session or key, or it has ended.',
    http: 401,
    retry: 'never',
    remedy: 'Sign in, or send an API key that is valid.',
  },
  MISDIRECTED: {
    cause: 'The request names a host that is not the one of this installation.',
    http: 421,
    retry: 'never',
    remedy: 'Use the address in PHILOTES_PUBLIC_URL.',
  },
  PAYLOAD_TOO_LARGE: {
    cause: 'The body is larger than this path accepts.',
    http: 413,
    retry: 'never',
    remedy: 'Send less at once.',
  },
  METHOD_NOT_ALLOWED: {
    cause: 'The path exists and does not take this method.',
    http: 405,
    retry: 'never',
    remedy: 'Use one of the methods that the path has.',
  },
  PRECONDITION_FAILED: {
    cause: 'The version in If-Match is not the present one.',
    http: 412,
    retry: 'never',
    remedy: 'It was changed since you read it: load the present state and repeat the change on it.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    cause: 'The body is not JSON, or its Content-Type says so.',
    http: 415,
    retry: 'never',
    remedy: 'Send the body as application/json.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    cause: 'This Idempotency-Key was used for another request within the last 24 hours.',
    http: 422,
    retry: 'never',
    remedy: 'Choose a new Idempotency-Key: this one belongs to a request with another body.',
  },
  REQUEST_IN_PROGRESS: {
    cause: 'A request with this Idempotency-Key came in while the first one was still running.',
    http: 409,
    retry: 'automatic',
    remedy: 'The first request with this Idempotency-Key is still being worked on; repeat this one in a moment.',
  },
  RATE_LIMITED: {
    cause: 'Too many attempts came from this account, key or address.',
    http: 429,
    retry: 'never',
    remedy: 'Wait a minute and try again.',
  },
  LAST_OWNER: {
    cause: 'Without this member nobody could sign in as an owner any more.',
    http: 409,
    retry: 'never',
    remedy: 'Make somebody else an owner first, who has signed in once.',
  },
  LINK_INVALID: {
    cause: 'The link was used, replaced by a newer one, or is older than three days.',
    http: 410,
    retry: 'never',
    remedy: 'Ask an administrator for a new link.',
  },
  SIGN_IN_REFUSED: {
    cause: 'The identity provider vouched for somebody who may not come in.',
    http: 403,
    retry: 'never',
    remedy: 'Ask an administrator to compare your e-mail domain and groups with the sign-in settings.',
  },
  ISSUER_UNREACHABLE: {
    cause: 'The OpenID Connect issuer does not answer, or its discovery document cannot be used.',
    http: 502,
    retry: 'automatic',
    remedy: 'Test the issuer in the sign-in settings; until it answers, owners can sign in with their password.',
  },
  HOST_FORBIDDEN: {
    cause: 'The host leads to a loopback, private, link-local or otherwise special address.',
    http: 422,
    retry: 'manual',
    remedy:
      'Use a public host, or let the operator add the host, its address or its network to PHILOTES_ALLOWED_HOSTS.',
  },
  SECRET_UNREADABLE: {
    cause: 'A stored secret was sealed with another encryption key, or its bytes were altered.',
    http: 500,
    retry: 'manual',
    remedy: 'Restore the encryption key this installation was made with, or enter the secret again.',
  },
  DATABASE_UNREACHABLE: {
    cause: 'The metadata database is down, full or refuses connections.',
    http: 503,
    retry: 'automatic',
    remedy: 'Check that the metadata database runs and can be reached; work goes on by itself once it answers.',
  },
  NOT_READY: {
    cause: 'The web process runs, but its database does not answer or its console was not built.',
    http: 503,
    retry: 'automatic',
    remedy: 'Follow the reasons in the detail; a process that has just started becomes ready by itself.',
  },
  WORKER_SILENT: {
    cause: 'The question needs a worker, and none answered in time.',
    http: 503,
    retry: 'automatic',
    remedy: 'Check under Settings, System that a worker runs; then ask again.',
  },
  LEASE_LOST: {
    cause: 'A worker froze or lost its connection for longer than its lease.',
    http: 409,
    retry: 'automatic',
    remedy: 'Another worker has taken over; nothing to do.',
  },
  EMBEDDED_SERVICE_FAILED: {
    cause: 'The embedded PostgreSQL or Redis did not start or ended by itself.',
    http: 500,
    retry: 'manual',
    remedy: 'Read the named log file, or set DATABASE_URL and REDIS_URL to servers of your own.',
  },
  QUEUES_EVICT: {
    cause: 'The queue server throws keys away when its memory is full, locks of running jobs among them.',
    http: 500,
    retry: 'manual',
    remedy:
      'Run CONFIG SET maxmemory-policy noeviction on it, set the same in its configuration, and start the worker again.',
  },
  REDIS_MISSING: {
    cause: 'Neither REDIS_URL nor a redis-server or valkey-server on the PATH was found.',
    http: 500,
    retry: 'manual',
    remedy:
      'Install it (Debian: sudo apt-get install redis-server; macOS: brew install redis), or set REDIS_URL to a server of your own.',
  },
  // Source
  SOURCE_UNREACHABLE: {
    cause: 'The source does not answer at this host and port, or the connection broke.',
    http: 502,
    retry: 'automatic',
    remedy: "Check the source's host, port, network and credentials.",
  },
  SOURCE_REFUSED: {
    cause: 'The source refused the credentials, or the role lacks a right.',
    http: 403,
    retry: 'manual',
    remedy: 'Give the role the named right, or correct the credentials; the preflight lists what is missing.',
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
      'It is tried again every half minute. Let the source be reached, or run the named statements there and forget the pipeline.',
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
      'Let the pipeline manage its own publication. Resync the table that was taken out of it, or the pipeline if it was dropped.',
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
    remedy: 'Do what each finding says on the source, then start the pipeline again.',
  },
  COPY_ROWS_MISCOUNTED: {
    cause: 'The rows that the source sent and the rows that were written or parked differ in number.',
    http: 500,
    retry: 'manual',
    remedy:
      'The copy lost or gained rows on its way, so nothing of it was used. Report it with the log lines around it.',
  },
  // Buffer
  BUFFER_FULL: {
    cause: 'More changes wait for their commit than the limit of the pipeline allows.',
    http: 503,
    retry: 'automatic',
    remedy: 'Commits are slower than changes. See why, or raise the buffer limit.',
  },
  // Columnar engine
  COLUMNAR_FAILED: {
    cause: 'The columnar engine answered a statement with an error.',
    http: 500,
    retry: 'manual',
    remedy: 'Read the message; when it names no file or disk problem, report it with the log lines around it.',
  },
  COLUMNAR_MEMORY: {
    cause: 'A batch needs more memory than the columnar engine may use.',
    http: 503,
    retry: 'automatic',
    remedy: "Raise the columnar engine's memory limit, or lower the batch limits.",
  },
  COLUMNAR_ROWS_MISCOUNTED: {
    cause: 'Rows read and rows rejected by the columnar engine do not add up.',
    http: 500,
    retry: 'manual',
    remedy:
      'Rows read and rows rejected do not add up, so nothing was written. Report it with the log lines around it.',
  },
  // Lake
  CATALOG_UNREACHABLE: {
    cause: 'The Iceberg catalog does not answer, or answers with a server error.',
    http: 502,
    retry: 'automatic',
    remedy: "Check the catalog's address, network and credentials.",
  },
  COMMIT_CONFLICT: {
    cause: 'Another writer committed to the table between reading it and committing.',
    http: 409,
    retry: 'automatic',
    remedy: 'Another writer committed first; the commit is planned again.',
  },
  MIRROR_WITHOUT_KEY: {
    cause: 'A table without a usable key cannot be kept as a mirror.',
    http: 409,
    retry: 'manual',
    remedy: 'Give the table a primary key that is not deferrable, or replicate it as a changelog only.',
  },
  LAKE_MARKER_MISMATCH: {
    cause: 'The lake table does not stand where our last commit left it.',
    http: 409,
    retry: 'manual',
    remedy: 'The lake table was rolled back, replaced or written by someone else. Resync the table.',
  },
  SCHEMA_CHANGE_WAITING: {
    cause:
      'The columns of the table changed on the source, and its policy says that a person decides what the lake does.',
    http: 409,
    retry: 'manual',
    remedy:
      'Approve the change, and the lake follows, or refuse it, and the lake keeps its columns as they are. Until then the changes of the table are kept aside, up to the limit of its spill; the others go on.',
  },
  COLUMN_RULES_UNFIT: {
    cause:
      'A column rule names a column that the table does not have, or one of its key, or columns changed so that what is hidden cannot be told from the rest.',
    http: 422,
    retry: 'manual',
    remedy: 'Correct the column rules of the table, then resync it.',
  },
  SPILL_FULL: {
    cause: 'The changes that a waiting table holds back grew over the limit.',
    http: 409,
    retry: 'manual',
    remedy: 'The table waited longer than its spill allows. Mend its error, then resync it.',
  },
  COMMIT_UNKNOWN: {
    cause: 'The connection to the catalog broke before its answer to a commit came.',
    http: 502,
    retry: 'automatic',
    remedy: 'The catalog gave no answer; the table is looked up before anything is repeated.',
  },
  CATALOG_DENIED: {
    cause: 'The catalog refused the token or the client, or they lack a right.',
    http: 502,
    retry: 'manual',
    remedy: "The catalog refused our credentials. Check the destination's token or client and its rights.",
  },
  CATALOG_REFUSED: {
    cause: 'The catalog answered that the request is wrong.',
    http: 502,
    retry: 'manual',
    remedy: 'The catalog refused the request for good. Read its message, correct the destination or the table.',
  },
  CATALOG_RESPONSE_INVALID: {
    cause: 'The catalog answered with something that the REST specification does not allow.',
    http: 502,
    retry: 'manual',
    remedy: 'The answer is not one of an Iceberg REST catalog. Check the catalog URI.',
  },
  LAKE_TABLE_MISSING: {
    cause: 'Somebody dropped the Iceberg table.',
    http: 404,
    retry: 'manual',
    remedy: 'The Iceberg table is gone from the catalog. Restore it, or resync the table.',
  },
  LAKE_TABLE_EXISTS: {
    cause: 'Somebody else made an Iceberg table of this name before.',
    http: 409,
    retry: 'manual',
    remedy: 'The Iceberg table exists already. Drop it, or choose another name.',
  },
  LAKE_TABLE_UNSUPPORTED: {
    cause: 'The Iceberg table has a layout, a schema or files that we cannot follow.',
    http: 422,
    retry: 'manual',
    remedy: 'Another writer changed the Iceberg table in a way we cannot follow. Undo that, or resync the table.',
  },
  LAKE_SCHEMA_IMPOSSIBLE: {
    cause: 'The columns or the key of the table have no equivalent in Iceberg.',
    http: 422,
    retry: 'manual',
    remedy: 'Iceberg cannot hold this table as configured. Choose another mode, key or column policy.',
  },
  STORAGE_UNREACHABLE: {
    cause: 'The object store does not answer, or answers with a server error.',
    http: 502,
    retry: 'automatic',
    remedy: "Check the object store's endpoint, network and state.",
  },
  STORAGE_DENIED: {
    cause: 'The object store refused the keys, or they lack a right on the warehouse.',
    http: 502,
    retry: 'manual',
    remedy: "The object store refused us. Check the destination's keys and their rights on the warehouse.",
  },
  STORAGE_FILE_MISSING: {
    cause: 'Somebody removed or cut a file that belongs to a table.',
    http: 502,
    retry: 'manual',
    remedy: 'A file that the table names is gone or cut short. Restore it, or resync the table.',
  },
  STORAGE_FULL: {
    cause: 'The disk or the quota of the warehouse is used up.',
    http: 507,
    retry: 'automatic',
    remedy: 'Free space in the warehouse, or enlarge it.',
  },
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorCode = keyof typeof ERROR_CODES;
