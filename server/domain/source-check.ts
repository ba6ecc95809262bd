/** What a check of a source came to. */
export type SourceCheck = {
  /** ISO. */
  readonly at: string;
  readonly blocking: number;
  readonly warnings: number;
  /** Why the source could not be asked at all: a code of server/errors. */
  readonly errorCode: string | null;
};
