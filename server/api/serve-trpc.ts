import type { IncomingMessage, ServerResponse } from 'node:http';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { AppError } from '@/server/errors/app-error.ts';
import type { Log } from '@/server/platform/logger.ts';
import { appRouter } from './root.ts';
import { type ApiContext, toProblem } from './trpc.ts';

const BATCH_MAX = 20;
export const API_BODY_BYTES_MAX = 1024 * 1024;

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Procedures, joined by commas. */
  readonly path: string;
  readonly log: Log;
  readonly requestId: string;
  /** Fails as a call does, so that the console can tell why. */
  readonly createContext: () => Promise<ApiContext>;
};

/** Answers the console's calls: queries by GET, mutations by POST, both as JSON, up to 20 in one request. */
export async function serveTrpc({ request, response, path, log, requestId, createContext }: Exchange): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  await nodeHTTPRequestHandler({
    router: appRouter,
    req: request,
    res: response,
    path,
    createContext,
    maxBodySize: API_BODY_BYTES_MAX,
    maxBatchSize: BATCH_MAX,
    allowBatching: true,
    onError: ({ error, path: procedure }) => {
      const { status } = toProblem(error);
      if (status < 500 || error.cause instanceof AppError) return;
      log.error('a call failed', { procedure, requestId, error });
    },
  });
}
