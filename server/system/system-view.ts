import * as z from 'zod';

const ServiceView = z
  .object({
    name: z.enum(['database', 'redis', 'web', 'workers']),
    state: z.enum(['ok', 'warning', 'failed']),
    message: z.string(),
    remedy: z.string().describe('Empty where there is nothing to do'),
  })
  .meta({ id: 'SystemService' });
export type SystemService = z.output<typeof ServiceView>;

const WorkerView = z
  .object({
    name: z.string().describe('As it holds leases'),
    host: z.string(),
    version: z.string(),
    startedAt: z.iso.datetime(),
    seenAt: z.iso.datetime(),
    state: z.enum(['ok', 'silent']),
    memoryBytes: z.number().describe('Resident set'),
    jobs: z.number().int().describe('Under way, shifts included'),
  })
  .meta({ id: 'SystemWorker' });

/** The installation as the settings show it. */
export const SystemInfoView = z
  .object({
    versions: z.object({
      product: z.string(),
      node: z.string(),
      postgresql: z.string(),
      redis: z.string().nullable().describe('As a worker sees it'),
      duckdb: z.string().nullable(),
    }),
    services: z.array(ServiceView),
    workers: z.array(WorkerView).describe('Silent ones are forgotten after a day'),
    limits: z.array(
      z.object({
        name: z.string(),
        value: z.number(),
        unit: z.enum(['count', 'bytes', 'seconds']),
        meaning: z.string(),
      }),
    ),
    dataFolder: z.string().nullable().describe('Shown to those who may read the settings'),
    publicUrl: z.string(),
    catalogUrl: z.string(),
    licence: z.object({ name: z.string(), url: z.string() }),
  })
  .meta({ id: 'SystemInfo' });
export type SystemInfo = z.output<typeof SystemInfoView>;
