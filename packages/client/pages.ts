import type { paths } from './schema.gen.ts';

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

/** Paths whose GET answers in pages. */
export type ListPath = {
  [Path in keyof paths]: Answer<Path> extends { items: readonly unknown[]; nextCursor: string | null } ? Path : never;
}[keyof paths];

/** What a list is made of. */
export type ItemOf<Path extends ListPath> = Answer<Path> extends { items: readonly (infer Item)[] } ? Item : never;

type Parameters<Path extends ListPath> = paths[Path]['get'] extends { parameters: infer Given } ? Given : never;

/** Parameters of a list, without the cursor. */
export type ListParameters<Path extends ListPath> = {
  readonly query?: Omit<NonNullable<Parameters<Path> extends { query?: infer Query } ? Query : never>, 'cursor'>;
} & (Parameters<Path> extends { path: infer Segments } ? { readonly path: Segments } : { readonly path?: never });
