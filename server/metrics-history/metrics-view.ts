import * as z from 'zod';
import { metricRange } from './ranges.ts';

const series = z
  .array(z.number().nullable())
  .readonly()
  .describe('One value for each entry of `at`; null where nothing was recorded');

const axis = {
  range: metricRange,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  stepSeconds: z.number().int(),
  at: z.array(z.number().int()).readonly().describe('Ends of the steps in unix seconds, ascending, without holes'),
};

/** Something that happened to a pipeline, on the time axis of its charts. */
const PipelineMarkView = z
  .object({
    at: z.iso.datetime(),
    kind: z.enum(['state', 'error', 'restart', 'schema-change']),
    text: z.string().describe("The new state, the error's message, who took over, or which table's columns"),
    code: z.string().nullable(),
  })
  .meta({ id: 'PipelineMark' });

/** A pipeline's figures over time; the worst value of each step, and rates for rows. */
export const PipelineMetricsView = z
  .object({
    ...axis,
    series: z.object({
      capturedRowsPerSecond: series,
      committedRowsPerSecond: series,
      freshnessSeconds: series,
      lagBytes: series,
      lagSeconds: series,
      bufferBytes: series,
      bufferRows: series,
      walRetainedBytes: series,
      deadLettersOpen: series,
    }),
    marks: z.array(PipelineMarkView).readonly().describe('Oldest first'),
  })
  .meta({ id: 'PipelineMetrics' });
export type PipelineMetrics = z.output<typeof PipelineMetricsView>;

const whose = { pipelineId: z.string(), pipelineName: z.string() };

/** Figures over all pipelines that somebody waits for, paused ones too: now, and over time. */
export const OverviewMetricsView = z
  .object({
    ...axis,
    series: z.object({
      worstFreshnessSeconds: series,
      changesPerSecond: series,
      committedRowsPerSecond: series,
      mostWalRetainedBytes: series,
      deadLettersOpen: series,
    }),
    now: z.object({
      worstFreshness: z.object({ ...whose, seconds: z.number() }).nullable(),
      changesPerSecond: z.number().describe('Captured, over the last minute'),
      rowsCommittedToday: z.number().describe('Changes since midnight UTC; copied rows are not changes'),
      rowsCopiedToday: z.number().describe('By copies of tables that joined the lake since midnight UTC'),
      mostWalRetained: z
        .object({ ...whose, bytes: z.number() })
        .nullable()
        .describe('Of any pipeline: the source keeps WAL for stopped ones, too'),
      deadLettersOpen: z.number().int(),
    }),
    rowsCommittedByHour: z
      .array(z.number().nullable())
      .readonly()
      .describe('Of today (UTC), 24 values, midnight first; null for hours to come'),
  })
  .meta({ id: 'OverviewMetrics' });
export type OverviewMetrics = z.output<typeof OverviewMetricsView>;

/** Rows per second that reached the lake, of every pipeline that ran in the last half hour, minute by minute. */
export const PipelineSparklinesView = z
  .object({ stepSeconds: axis.stepSeconds, at: axis.at, pipelines: z.record(z.string(), series) })
  .meta({ id: 'PipelineSparklines' });
export type PipelineSparklines = z.output<typeof PipelineSparklinesView>;
