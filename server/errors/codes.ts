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
  LEASE_LOST: { http: 409, retry: 'automatic', remedy: 'Another worker has taken over; nothing to do.' },
  EMBEDDED_SERVICE_FAILED: {
    http: 500,
    retry: 'manual',
    remedy: 'Read the named log file, or set DATABASE_URL and REDIS_URL to servers of your own.',
  },
  // Source
  SOURCE_UNREACHABLE: {
    http: 502,
    retry: 'automatic',
    remedy: "Check the source's host, port, network and credentials.",
  },
  // Buffer
  BUFFER_FULL: {
    http: 503,
    retry: 'automatic',
    remedy: 'Commits are slower than changes. See why, or raise the buffer limit.',
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
  COMMIT_UNKNOWN: {
    http: 502,
    retry: 'automatic',
    remedy: 'The catalog gave no answer; the table is looked up before anything is repeated.',
  },
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorCode = keyof typeof ERROR_CODES;
