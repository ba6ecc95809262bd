import { type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Log } from '@/server/platform/logger.ts';
import { JOB_OPTIONS, JOB_PAYLOADS, QUEUES } from '@/server/queue/queues.ts';
import { captureShift } from '@/worker/jobs/capture-job.ts';
import { commitShift } from '@/worker/jobs/commit-job.ts';
import { copyJob } from '@/worker/jobs/copy-job.ts';
import { inquiryJob } from '@/worker/jobs/inquiry-job.ts';
import { tearDown } from '@/worker/jobs/teardown-job.ts';
import { verifyJob } from '@/worker/jobs/verify-job.ts';
import { watchRestingSlot } from '@/worker/jobs/watch-job.ts';
import type { Work } from './reconcile.ts';
import { type RedisFacts, readRedisFacts } from './redis-facts.ts';
import type { WorkerDeps } from './worker-deps.ts';

/** A shift waits on others most of the time, so many fit into one process; copying is real work. */
const CONCURRENCY = { capture: 64, commit: 64, copy: 2, teardown: 4, inquiry: 8, watch: 4, verify: 1 } as const;
/** Jobs are hints: a job whose worker died is not needed, since the reconciler queues its work under another id. */
const STALLED_MAX = 1_000_000;
/** A broken connection reports itself many times a second. */
const ERROR_LOG_EVERY_MS = 5_000;

type Handlers = {
  readonly [Name in keyof typeof CONCURRENCY]: (data: unknown, signal: AbortSignal) => Promise<void>;
};

/** The processors of this process and the producers of its reconciler. Closing cancels what runs and waits for it. */
export function startWorkers(
  deps: WorkerDeps,
  { redisUrl, signal }: { redisUrl: string; signal: AbortSignal },
): {
  enqueue: (work: Work) => Promise<void>;
  /** Jobs under way in this process. */
  running: () => number;
  /** The Redis that this process sees; null while it does not answer. */
  redisFacts: () => Promise<RedisFacts | null>;
  /** Brings the queue metrics up to date; while Redis is away they stay as they were. */
  countJobs: () => Promise<void>;
  close(): Promise<void>;
} {
  const report = rateLimited(deps.log);
  let running = 0;
  const handlers: Handlers = {
    capture: (data, until) => captureShift(deps, { ...JOB_PAYLOADS.capture.parse(data), signal: until }),
    commit: (data, until) => commitShift(deps, { ...JOB_PAYLOADS.commit.parse(data), signal: until }),
    copy: (data, until) => copyJob(deps, { ...JOB_PAYLOADS.copy.parse(data), signal: until }),
    teardown: (data, until) => tearDown(deps, { ...JOB_PAYLOADS.teardown.parse(data), signal: until }),
    watch: (data, until) => watchRestingSlot(deps, { ...JOB_PAYLOADS.watch.parse(data), signal: until }),
    verify: (data, until) => verifyJob(deps, { ...JOB_PAYLOADS.verify.parse(data), signal: until }),
    inquiry: (data, until) => inquiryJob(deps, { ...JOB_PAYLOADS.inquiry.parse(data), signal: until }),
  };
  const names = Object.keys(CONCURRENCY) as (keyof Handlers)[];
  const connections: Redis[] = [];
  const connect = (options: object): Redis => {
    const connection = new Redis(redisUrl, options);
    connection.on('error', (error) => report('redis is not reachable', error));
    connections.push(connection);
    return connection;
  };
  const producer = connect({ enableOfflineQueue: false, commandTimeout: 2_000, maxRetriesPerRequest: 1 });
  const queues = new Map(
    names.map((name) => {
      const queue = new Queue(QUEUES[name], {
        connection: producer,
        skipWaitingForReady: true,
        skipVersionCheck: true,
      });
      queue.on('error', (error) => report('queue is not reachable', error));
      return [name, queue] as const;
    }),
  );
  const workers = names.map((name) => {
    const worker = new Worker(
      QUEUES[name],
      async (job: Job, _token?: string, jobSignal?: AbortSignal) => {
        running++;
        try {
          await handlers[name](job.data, AbortSignal.any([signal, ...(jobSignal ? [jobSignal] : [])]));
        } finally {
          running--;
        }
      },
      {
        connection: connect({ maxRetriesPerRequest: null }),
        concurrency: CONCURRENCY[name],
        maxStalledCount: STALLED_MAX,
        skipVersionCheck: true,
      },
    );
    worker.on('error', (error) => report('worker lost its queue', error));
    worker.on('failed', (job, error) => deps.log.warn('job failed', { queue: name, jobId: job?.id, error }));
    return worker;
  });

  return {
    async enqueue(work) {
      await queues.get(work.kind)?.add(work.kind, payloadOf(work), { ...JOB_OPTIONS, jobId: work.id });
    },
    running: () => running,
    redisFacts: () => readRedisFacts(producer),
    async countJobs() {
      for (const [name, queue] of queues) {
        try {
          deps.metrics.queueJobs.set({ queue: name }, await queue.getWaitingCount());
        } catch (error) {
          report('queue is not reachable', error);
        }
      }
    },
    async close() {
      await Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      for (const connection of connections) connection.disconnect();
    },
  };
}

function payloadOf(
  work: Work,
): { chunkId: number } | { inquiryId: string } | { verificationId: number } | { pipelineId: string } {
  switch (work.kind) {
    case 'copy':
      return { chunkId: work.chunkId };
    case 'inquiry':
      return { inquiryId: work.inquiryId };
    case 'verify':
      return { verificationId: work.verificationId };
    default:
      return { pipelineId: work.pipelineId };
  }
}

function rateLimited(log: Log): (message: string, error: unknown) => void {
  const last = new Map<string, number>();
  return (message, error) => {
    const now = performance.now();
    if (now - (last.get(message) ?? Number.NEGATIVE_INFINITY) < ERROR_LOG_EVERY_MS) return;
    last.set(message, now);
    log.warn(message, { error });
  };
}
