/** What a check of a source or a destination came to. */
export type ConnectionCheck = {
  /** ISO. */
  readonly at: string;
  readonly blocking: number;
  readonly warnings: number;
  /** Why it could not be asked at all: a code of server/errors. */
  readonly errorCode: string | null;
};
