import { createServer } from 'node:http';
import { openDatabase } from '@/db/client.ts';
import { createRateLimit } from '@/server/api/rate-limit.ts';
import { loadConfig } from '@/server/config/config.ts';
import { createEventHub } from '@/server/events/event-hub.ts';
import { createLog } from '@/server/platform/logger.ts';
import { silentNudge } from '@/server/queue/nudge.ts';
import { createSealer } from '@/server/secrets/seal.ts';
import { createFrontDoor } from '@/server/web/front-door.ts';
import { openQueueBoard } from '@/server/web/queue-board.ts';
import { createSignInDesk } from '@/server/web/sign-in-desk.ts';

/**
 * The web process that is measured: the product's front door with everything behind it but the pages, composed as in
 * server/web/main.ts. It says `ready` to its parent and ends when the parent says anything.
 */
const { config, secrets } = loadConfig(process.env);
const log = createLog({ name: 'bench-site', level: config.logLevel });
const database = openDatabase(secrets.databaseUrl);
const deps = { database, sealer: createSealer(secrets.encryptionKey), config, log, nudge: silentNudge };
const events = createEventHub(deps);
const board = openQueueBoard(secrets.redisUrl, log);
const door = createFrontDoor({
  deps,
  catalog: async () => new Response(null, { status: 404 }),
  pages: async (_request, response) => void response.writeHead(404).end(),
  limitCalls: createRateLimit(database.pool),
  board,
  desk: createSignInDesk(deps, secrets),
  events,
  internalKey: secrets.internalKey,
});
const server = createServer((request, response) => void door(request, response));
server.listen(config.port, config.host, () => process.send?.('ready'));
process.once('message', () => {
  events.close();
  server.closeAllConnections();
  process.exit(0);
});
