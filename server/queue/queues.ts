import * as z from 'zod';

/** Names of the BullMQ queues. A job is only a hint that carries ids: what to do is read from rows. */
export const QUEUES = {
  capture: 'philotes-capture',
  commit: 'philotes-commit',
  copy: 'philotes-copy',
  teardown: 'philotes-teardown',
  inquiry: 'philotes-inquiry',
  watch: 'philotes-watch',
  verify: 'philotes-verify',
} as const;
export type QueueName = keyof typeof QUEUES;

const pipelineJob = z.strictObject({ pipelineId: z.string() });

/** What a job may hold. Redis is not trusted: processors parse before they act. */
export const JOB_PAYLOADS = {
  capture: pipelineJob,
  commit: pipelineJob,
  copy: z.strictObject({ chunkId: z.number().int() }),
  teardown: pipelineJob,
  inquiry: z.strictObject({ inquiryId: z.string() }),
  watch: pipelineJob,
  verify: z.strictObject({ verificationId: z.number().int() }),
} as const;
export type JobPayload<Name extends QueueName> = z.output<(typeof JOB_PAYLOADS)[Name]>;

/** A job that is kept after its end would swallow its id for ever. */
export const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true } as const;
