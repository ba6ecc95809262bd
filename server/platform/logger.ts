import { type DestinationStream, pino } from 'pino';

/** Structured log: a constant lower-case message plus fields. Never row values, secrets or SQL parameters. */
export type Log = {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  child(fields: Record<string, unknown>): Log;
};

/** Logs JSON lines to stdout, or to `destination`. `error` fields are serialised with their cause chain. */
export function createLog(options: { name: string; level: string; destination?: DestinationStream }): Log {
  const settings = { name: options.name, level: options.level, serializers: { error: describeError } };
  return wrap(options.destination ? pino(settings, options.destination) : pino(settings));
}

/** A log that drops everything, for tests and one-shot tools. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};

function wrap(logger: ReturnType<typeof pino>): Log {
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(fields)),
  };
}

/** Driver errors carry SQL parameters and details in other properties; only these are kept. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
