import * as z from 'zod';
import { createDestinationInput } from '@/server/destinations/destination-input.ts';
import { createPipelineInput } from '@/server/pipelines/pipeline-input.ts';
import { createSourceInput } from '@/server/sources/source-input.ts';

/** The `apiVersion` of resources as code. */
export const API_VERSION = 'philotes/v1';
export const KINDS = ['Source', 'Destination', 'Pipeline'] as const;
export type Kind = (typeof KINDS)[number];

const { name: sourceName, ...sourceFields } = createSourceInput.shape;
const { name: destinationName, ...destinationFields } = createDestinationInput.shape;
const { name: pipelineName, sourceId: _, destinationId: __, ...pipelineFields } = createPipelineInput.shape;

/** What `spec` holds, as the API takes it; pipelines name their source and destination instead of their ids. */
export const SPECS = {
  Source: { name: sourceName, spec: z.strictObject(sourceFields) },
  Destination: { name: destinationName, spec: z.strictObject(destinationFields) },
  Pipeline: {
    name: pipelineName,
    spec: z.strictObject({
      source: z.string().min(1),
      destination: z.string().min(1),
      ...pipelineFields,
      /** Left out, a pipeline stays as it is, and a new one is not started. */
      state: z.enum(['running', 'paused', 'stopped']).optional(),
    }),
  },
} as const;

/** What a table's definition holds beside its name; its state and figures are no part of it. */
export const TABLE_FIELDS = [
  'mirror',
  'changelog',
  'policies',
  'onDelete',
  'onTruncate',
  'schemaPolicy',
  'columns',
  'otherColumns',
  'where',
  'lakeName',
] as const;

export type SourceSpec = z.output<typeof SPECS.Source.spec>;
export type DestinationSpec = z.output<typeof SPECS.Destination.spec>;
export type PipelineSpec = z.output<typeof SPECS.Pipeline.spec>;

/** Places in a spec that hold secrets: they are written as `${VARIABLE}` and nothing else. */
export const SECRET_PATHS: Readonly<Record<Kind, readonly string[]>> = {
  Source: ['password'],
  Destination: ['catalog.auth.token', 'catalog.auth.clientSecret', 'storage.credentials.secretAccessKey'],
  Pipeline: [],
};

/** What an export leaves to variables: those secrets, and the public halves that belong to them. */
export const UNSET_PATHS: Readonly<Record<Kind, readonly string[]>> = {
  Source: SECRET_PATHS.Source,
  Destination: [...SECRET_PATHS.Destination, 'catalog.auth.clientId', 'storage.credentials.accessKeyId'],
  Pipeline: [],
};

type Named<Spec> = { readonly name: string; readonly spec: Spec };

/** Everything that files describe, each name once per kind. */
export type Resources = {
  readonly sources: readonly Named<SourceSpec>[];
  readonly destinations: readonly Named<DestinationSpec>[];
  readonly pipelines: readonly Named<PipelineSpec>[];
};
