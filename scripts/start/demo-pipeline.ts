import { eq } from 'drizzle-orm';
import { pipeline, source } from '@/db/schema/definitions.ts';
import { SHOP_TABLES } from '@/demo/shop.ts';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { listDestinations } from '@/server/destinations/list-destinations.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { updateSource } from '@/server/sources/update-source.ts';
import type { Control } from './control.ts';

export const WAREHOUSE = 'lake';
export const NAMESPACE = 'shop';
/** Kept as a mirror and as a changelog. */
export const CHANGELOG_TABLE = 'orders';

export type DemoPipeline = { readonly id: string; readonly number: number };

/** Makes the demo's source, destination and pipeline where they are missing, and starts the pipeline the first time. */
export async function ensureDemoPipeline(options: { control: Control; shopUrl: string }): Promise<DemoPipeline> {
  const { control, shopUrl } = options;
  const sourceId = await ensureSource(control, shopUrl);
  const destinationId = await ensureDestination(control);
  const [found] = await control.database.db.select().from(pipeline).where(eq(pipeline.name, 'shop'));
  const demo =
    found ??
    (await createPipeline(control, SYSTEM_ACTOR, {
      name: 'shop',
      sourceId,
      destinationId,
      namespace: NAMESPACE,
      tables: SHOP_TABLES.map((table) => ({
        schema: 'public',
        table,
        mirror: true,
        changelog: table === CHANGELOG_TABLE,
      })),
    }));
  // Later starts leave the pipeline as its people left it.
  if (!found || found.state === 'draft') await startPipeline(control, SYSTEM_ACTOR, { id: demo.id });
  return { id: demo.id, number: demo.number };
}

async function ensureSource(control: Control, shopUrl: string): Promise<string> {
  const url = new URL(shopUrl);
  const connection = {
    host: url.hostname,
    port: Number(url.port),
    database: url.pathname.slice(1),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    tlsMode: 'disable' as const,
  };
  const [found] = await control.database.db.select().from(source).where(eq(source.name, 'shop'));
  if (!found) return (await createSource(control, SYSTEM_ACTOR, { name: 'shop', ...connection })).id;
  // The embedded server takes another port when its usual one is occupied.
  if (found.port !== connection.port) await updateSource(control, SYSTEM_ACTOR, { id: found.id, ...connection });
  return found.id;
}

async function ensureDestination(control: Control): Promise<string> {
  const known = await listDestinations(control, SYSTEM_ACTOR, { search: WAREHOUSE, limit: 200 });
  const found = known.items.find((destination) => destination.name === WAREHOUSE);
  return (found ?? (await createDestination(control, SYSTEM_ACTOR, { name: WAREHOUSE }))).id;
}
