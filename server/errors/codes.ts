type ErrorPolicy = {
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
  INTERNAL: { http: 500, retry: 'manual', remedy: 'This is a defect. Report it with the log lines around it.' },
  INVALID_INPUT: { http: 400, retry: 'never', remedy: 'Correct the named field and try again.' },
  NOT_FOUND: { http: 404, retry: 'never', remedy: 'It does not exist, or you may not see it.' },
  CONFLICT: { http: 409, retry: 'never', remedy: 'Load the present state and repeat the change on it.' },
  FORBIDDEN: { http: 403, retry: 'never', remedy: 'Ask an administrator for the named right.' },
  UNAUTHENTICATED: { http: 401, retry: 'never', remedy: 'Sign in, or send an API key that is valid.' },
  MISDIRECTED: { http: 421, retry: 'never', remedy: 'Use the address in PHILOTES_PUBLIC_URL.' },
  PAYLOAD_TOO_LARGE: { http: 413, retry: 'never', remedy: 'Send less at once.' },
  METHOD_NOT_ALLOWED: { http: 405, retry: 'never', remedy: 'Use one of the methods that the path has.' },
  RATE_LIMITED: { http: 429, retry: 'never', remedy: 'Wait a minute and try again.' },
  SECRET_UNREADABLE: {
    http: 500,
    retry: 'manual',
    remedy: 'Restore the encryption key this installation was made with, or enter the secret again.',
  },
  DATABASE_UNREACHABLE: {
    http: 503,
    retry: 'automatic',
    remedy: 'Check that the metadata database runs and can be reached; work goes on by itself once it answers.',
  },
  LEASE_LOST: { http: 409, retry: 'automatic', remedy: 'Another worker has taken over; nothing to do.' },
  EMBEDDED_SERVICE_FAILED: {
    http: 500,
    retry: 'manual',
    remedy: 'Read the named log file, or set DATABASE_URL and REDIS_URL to servers of your own.',
  },
  REDIS_MISSING: {
    http: 500,
    retry: 'manual',
    remedy:
      'Install it (Debian: sudo apt-get install redis-server; macOS: brew install redis), or set REDIS_URL to a server of your own.',
  },
  // Source
  SOURCE_UNREACHABLE: {
    http: 502,
    retry: 'automatic',
    remedy: "Check the source's host, port, network and credentials.",
  },
  SOURCE_REFUSED: {
    http: 403,
    retry: 'manual',
    remedy: 'Give the role the named right, or correct the credentials; the preflight lists what is missing.',
  },
  SOURCE_SETTINGS: {
    http: 409,
    retry: 'manual',
    remedy: 'Connect directly to the server: a pooler in between drops session settings.',
  },
  SOURCE_FAILED: { http: 502, retry: 'manual', remedy: 'Read the server message and its log; then resume.' },
  SOURCE_BLOCKED: {
    http: 409,
    retry: 'automatic',
    remedy: 'End the named sessions or prepared transactions, or wait for them.',
  },
  SOURCE_SLOT_BUSY: {
    http: 409,
    retry: 'automatic',
    remedy: 'Something else reads this replication slot; stop it.',
  },
  SOURCE_SLOT_MISSING: {
    http: 409,
    retry: 'manual',
    remedy: 'The replication slot is gone and changes may be lost: resync the tables on a new slot.',
  },
  SOURCE_SLOT_LOST: {
    http: 409,
    retry: 'manual',
    remedy: 'The server removed WAL that the slot needed (max_slot_wal_keep_size): raise it and resync the tables.',
  },
  SOURCE_SLOT_GAP: {
    http: 409,
    retry: 'manual',
    remedy: 'The slot was recreated or advanced by someone else, so changes are missing: resync the tables.',
  },
  SOURCE_SERVER_CHANGED: {
    http: 409,
    retry: 'manual',
    remedy: 'The address now leads to another server or an older timeline: check it, then resync the tables.',
  },
  SOURCE_PUBLICATION: {
    http: 409,
    retry: 'manual',
    remedy: 'Let the pipeline manage its own publication; if it was dropped, resync the tables.',
  },
  SOURCE_PROTOCOL: {
    http: 502,
    retry: 'manual',
    remedy: 'The server sent something this version does not know. Report it with the log lines around it.',
  },
  SOURCE_TABLE_MISSING: {
    http: 409,
    retry: 'manual',
    remedy: 'Create the table on the source, grant SELECT on it, or take it out of the pipeline.',
  },
  SOURCE_SNAPSHOT_LOST: {
    http: 409,
    retry: 'automatic',
    remedy: 'The session that held the copy together ended; the copy of this table starts again.',
  },
  SOURCE_TABLE_CHANGED: {
    http: 409,
    retry: 'automatic',
    remedy: 'The table was rewritten or altered during its copy; the copy starts again.',
  },
  COPY_TORN: {
    http: 409,
    retry: 'automatic',
    remedy: 'Rows changed their key while the table was copied in parts; it is copied again under one snapshot.',
  },
  PREFLIGHT_REFUSED: {
    http: 409,
    retry: 'never',
    remedy: 'Do what each finding says on the source, then start the pipeline again.',
  },
  COPY_ROWS_MISCOUNTED: {
    http: 500,
    retry: 'manual',
    remedy:
      'The copy lost or gained rows on its way, so nothing of it was used. Report it with the log lines around it.',
  },
  // Buffer
  BUFFER_FULL: {
    http: 503,
    retry: 'automatic',
    remedy: 'Commits are slower than changes. See why, or raise the buffer limit.',
  },
  // Columnar engine
  COLUMNAR_FAILED: {
    http: 500,
    retry: 'manual',
    remedy: 'Read the message; when it names no file or disk problem, report it with the log lines around it.',
  },
  COLUMNAR_MEMORY: {
    http: 503,
    retry: 'automatic',
    remedy: "Raise the columnar engine's memory limit, or lower the batch limits.",
  },
  COLUMNAR_ROWS_MISCOUNTED: {
    http: 500,
    retry: 'manual',
    remedy:
      'Rows read and rows rejected do not add up, so nothing was written. Report it with the log lines around it.',
  },
  // Lake
  CATALOG_UNREACHABLE: {
    http: 502,
    retry: 'automatic',
    remedy: "Check the catalog's address, network and credentials.",
  },
  COMMIT_CONFLICT: {
    http: 409,
    retry: 'automatic',
    remedy: 'Another writer committed first; the commit is planned again.',
  },
  MIRROR_WITHOUT_KEY: {
    http: 409,
    retry: 'manual',
    remedy: 'Give the table a primary key that is not deferrable, or replicate it as a changelog only.',
  },
  LAKE_MARKER_MISMATCH: {
    http: 409,
    retry: 'manual',
    remedy: 'The lake table was rolled back, replaced or written by someone else. Resync the table.',
  },
  SPILL_FULL: {
    http: 409,
    retry: 'manual',
    remedy: 'The table waited longer than its spill allows. Mend its error, then resync it.',
  },
  COMMIT_UNKNOWN: {
    http: 502,
    retry: 'automatic',
    remedy: 'The catalog gave no answer; the table is looked up before anything is repeated.',
  },
  CATALOG_DENIED: {
    http: 502,
    retry: 'manual',
    remedy: "The catalog refused our credentials. Check the destination's token or client and its rights.",
  },
  CATALOG_REFUSED: {
    http: 502,
    retry: 'manual',
    remedy: 'The catalog refused the request for good. Read its message, correct the destination or the table.',
  },
  CATALOG_RESPONSE_INVALID: {
    http: 502,
    retry: 'manual',
    remedy: 'The answer is not one of an Iceberg REST catalog. Check the catalog URI.',
  },
  LAKE_TABLE_MISSING: {
    http: 404,
    retry: 'manual',
    remedy: 'The Iceberg table is gone from the catalog. Restore it, or resync the table.',
  },
  LAKE_TABLE_EXISTS: {
    http: 409,
    retry: 'manual',
    remedy: 'The Iceberg table exists already. Drop it, or choose another name.',
  },
  LAKE_TABLE_UNSUPPORTED: {
    http: 422,
    retry: 'manual',
    remedy: 'Another writer changed the Iceberg table in a way we cannot follow. Undo that, or resync the table.',
  },
  LAKE_SCHEMA_IMPOSSIBLE: {
    http: 422,
    retry: 'manual',
    remedy: 'Iceberg cannot hold this table as configured. Choose another mode, key or column policy.',
  },
  STORAGE_UNREACHABLE: {
    http: 502,
    retry: 'automatic',
    remedy: "Check the object store's endpoint, network and state.",
  },
  STORAGE_DENIED: {
    http: 502,
    retry: 'manual',
    remedy: "The object store refused us. Check the destination's keys and their rights on the warehouse.",
  },
  STORAGE_FILE_MISSING: {
    http: 502,
    retry: 'manual',
    remedy: 'A file that the table names is gone or cut short. Restore it, or resync the table.',
  },
  STORAGE_FULL: { http: 507, retry: 'automatic', remedy: 'Free space in the warehouse, or enlarge it.' },
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorCode = keyof typeof ERROR_CODES;
