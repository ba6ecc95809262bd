import type { Scope } from '@/server/auth/scopes.ts';
import type { PipelineSummary, TableStatus } from '@/server/pipelines/pipeline-view.ts';

/** What a browser is told. Each event's data is small: the fields that changed, or only what to read again. */
export type EventData = {
  /** First of every stream. When it does not follow an earlier stream without a gap, everything shown may be stale. */
  readonly ready: { readonly resumed: boolean };
  readonly pipeline: Removable & { readonly id: string; readonly changed: Partial<PipelineSummary> };
  readonly table: Removable & {
    readonly pipelineId: string;
    readonly id: number;
    readonly changed: Partial<TableStatus>;
  };
  /** Something of this pipeline reached its lake. */
  readonly commit: { readonly pipelineId: string };
  readonly 'dead-letter': { readonly pipelineId: string; readonly open: number };
  readonly source: Removable & { readonly id: string };
  readonly destination: Removable & { readonly id: string };
  readonly 'connection-test': { readonly id: string; readonly state: string };
  /** Each fifteen seconds. */
  readonly beat: Readonly<Record<string, never>>;
  /** Last of a stream that we end. */
  readonly bye: { readonly reason: 'signed-out' | 'restart' };
};
export type EventName = keyof EventData;

type Removable = { readonly removed?: true };

/** An event before it has its place in the order, and who may hear of it. */
export type Happening = {
  readonly [Name in EventName]: {
    readonly name: Name;
    readonly data: EventData[Name];
    readonly scope: Scope;
    /** The one actor it is for; everybody with the scope when absent. */
    readonly only?: string;
  };
}[EventName];
