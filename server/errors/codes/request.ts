import type { ErrorPolicy } from './error-policy.ts';

/** Calls that cannot be answered, and trouble of the installation itself. */
export const REQUEST_CODES = {
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
  NAME_TAKEN: {
    cause: 'Another thing of this kind has the name, or another pipeline writes the lake table.',
    http: 409,
    retry: 'never',
    remedy: 'Choose another name, or rename or delete what has it.',
  },
  CONFLICT: {
    cause: 'The thing is in a state that does not allow this, or something else depends on it.',
    http: 409,
    retry: 'never',
    remedy: 'Do first what the message asks for, then try again.',
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
    remedy: 'Sign in, or send a valid API key; people make them in the settings.',
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
  PORT_TAKEN: {
    cause: 'Another program listens on the port that this process was told to listen on.',
    http: 500,
    retry: 'manual',
    remedy:
      'Stop that program, or choose another port: --port or PHILOTES_PORT for the console, PHILOTES_WORKER_PORT for a worker.',
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
} as const satisfies Record<string, ErrorPolicy>;
