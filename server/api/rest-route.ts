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
    /** The output's `version`, or the named one within it, is the entity tag. `If-Match` becomes the input's `version`. */
    readonly versioned?: boolean | string;
    /** `Dry-Run: true` checks the change in full and makes none: everything is done by one `audited()`. */
    readonly dryRun?: boolean;
    /** Another system is asked, so that its failures may be told: 502, 409 and what else it says. */
    readonly connects?: boolean;
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
export const TAGS = {
  Sources: 'PostgreSQL databases to read from',
  Destinations: 'Warehouses, and the catalogs that know their tables',
  Pipelines: 'What is replicated from where to where, and how it is doing',
  Tables: 'The tables of a pipeline',
  'Dead letters': 'Rows that could not be carried',
  Lake: 'The Iceberg tables as readers find them',
  Members: 'People, their roles and their own settings',
  'API keys': 'Credentials of scripts',
  Audit: 'Who did what, and what was refused',
  'Sign-in': 'How people sign in',
  System: 'The installation itself',
} as const;
export type Tag = keyof typeof TAGS;

/** Meta of a procedure that REST serves too. */
export const rest = ({ method, path, tag, summary, description, ...more }: Route): RestRoute => ({
  openapi: { method, path, tags: [tag], summary, ...(description === undefined ? {} : { description }) },
  rest: more,
});
