import type { OpenApiMeta } from 'trpc-to-openapi';

type Described = NonNullable<OpenApiMeta['openapi']>;

/** How REST serves a procedure, as its meta. */
export type RestRoute = {
  readonly openapi?: Described;
  readonly rest?: {
    /** Status of success; 204 follows from an output of nothing. */
    readonly status?: 200 | 201 | 202;
    /** Path of what was made, for `Location`; `{name}`s are fields of the output. */
    readonly location?: `/${string}`;
    /** The output's `version` is the entity tag; on updates `If-Match` becomes the input's `version`. */
    readonly versioned?: boolean;
  };
};

type Route = RestRoute['rest'] & {
  readonly method: Described['method'];
  /** Behind /api/v1; `{name}`s are fields of the input. */
  readonly path: `/${string}`;
  readonly tag: Tag;
  /** An imperative sentence without a full stop. */
  readonly summary: string;
  readonly description?: string;
};

/** What routes are grouped by in the document. */
export const TAGS = ['Sources', 'Destinations', 'Pipelines', 'Dead letters', 'API keys', 'System'] as const;
export type Tag = (typeof TAGS)[number];

/** Meta of a procedure that REST serves too. */
export const rest = ({ method, path, tag, summary, description, ...more }: Route): RestRoute => ({
  openapi: { method, path, tags: [tag], summary, ...(description === undefined ? {} : { description }) },
  rest: more,
});
