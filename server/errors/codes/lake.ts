import type { ErrorPolicy } from './error-policy.ts';

/** On the way into the lake: the buffer, the columnar engine, catalog and storage. */
export const LAKE_CODES = {
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
    remedy:
      'Give the table a primary key that is not deferrable, without floating-point and array columns and without the policy null on them; or replicate it as a changelog only.',
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
  ROW_FILTER_UNFIT: {
    cause:
      'A row filter names a column that the table does not have, or one outside its replica identity, or a value that is none of its type; or the server cannot filter rows.',
    http: 422,
    retry: 'manual',
    remedy:
      "Give the table the replica identity that its filter needs, or correct the filter; then resync it. As long as a filter names a column outside the replica identity the source's own updates would fail, so the table is out of the publication.",
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
    cause: 'There is an Iceberg table of this name already: somebody else’s, or one that a pipeline left behind.',
    http: 409,
    retry: 'manual',
    remedy:
      'If a pipeline left the Iceberg table behind, drop it on its page in the lake or with `philotes lake drop`; else with any engine that uses the catalog. Then resume the table, or add it again. Or give it another lake name; a table that is in a pipeline already has to be taken out first.',
  },
  LAKE_TABLE_UNSUPPORTED: {
    cause: 'The Iceberg table has a layout, a schema or files that we cannot follow.',
    http: 422,
    retry: 'manual',
    remedy: 'Another writer changed the Iceberg table in a way we cannot follow. Undo that, or resync the table.',
  },
  LAKE_SCHEMA_IMPOSSIBLE: {
    cause:
      'A column has changed to a type that its Iceberg column cannot hold, or a new key column is left out of the lake.',
    http: 422,
    retry: 'manual',
    remedy:
      "Approve the change (`philotes table approve`) or resync the table, which copies it again and makes the lake's column anew; or refuse the change, and the lake's column keeps its type.",
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
