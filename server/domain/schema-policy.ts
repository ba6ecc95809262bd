/** Kinds of change that a policy is about; the others need nothing of the lake. */
export const DECIDED_KINDS = ['column-added', 'column-dropped', 'column-renamed', 'column-retyped'] as const;
export type DecidedKind = (typeof DECIDED_KINDS)[number];

/**
 * What is done about a change of the source's columns.
 *
 * - apply: the lake follows.
 * - pause: the table waits, with its changes kept aside, until a person approves (apply) or refuses (ignore).
 * - ignore: the lake's columns stay as they are, see HeldColumn.
 */
export const SCHEMA_CHOICES = ['apply', 'pause', 'ignore'] as const;
export type SchemaChoice = (typeof SCHEMA_CHOICES)[number];

/** Kinds that are left out: as the pipeline has it, and `apply` where that says nothing either. */
export type SchemaPolicy = { readonly [Kind in DecidedKind]?: SchemaChoice | undefined };

/**
 * What became of a change in the lake.
 *
 * - followed: the lake table changed, too.
 * - kept: a dropped column stays and is null from then on.
 * - unfit: the lake's column cannot become what the source's is; the table is parked until it is copied again, or the lake's
 *   column keeps its type by decision.
 * - noted: the lake needs no change.
 * - waiting: the table waits for a person's decision.
 * - ignored: the lake's columns stay, by policy or by decision.
 */
export const SCHEMA_ACTIONS = ['followed', 'kept', 'unfit', 'noted', 'waiting', 'ignored'] as const;
export type SchemaAction = (typeof SCHEMA_ACTIONS)[number];

export const isDecidedKind = (kind: string): kind is DecidedKind => DECIDED_KINDS.some((decided) => decided === kind);

/** The table's own word, then the pipeline's. */
export const choiceFor = (kind: DecidedKind, ...policies: readonly SchemaPolicy[]): SchemaChoice =>
  policies.find((policy) => policy[kind] !== undefined)?.[kind] ?? 'apply';

/** What a table waits for, in a sentence. */
export const waitingText = (changes: readonly { readonly kind: string; readonly column: string | null }[]): string =>
  `its columns changed and wait for a decision: ${changes
    .map(({ kind, column }) => `${kind.replace('column-', '')} ${column}`)
    .join(', ')}`;

/** Whether every change is followed at once. */
export const appliesAll = (...policies: readonly SchemaPolicy[]): boolean =>
  DECIDED_KINDS.every((kind) => choiceFor(kind, ...policies) === 'apply');
