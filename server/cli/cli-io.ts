/** The world of one command: nothing else is read or written but files that the person names. */
export type CliIo = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whole lines and tables. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Standard input to its end. */
  readonly readInput: () => Promise<string>;
  /** Asks a person; null when there is nobody to ask. Hidden input is not shown. */
  readonly ask: ((question: string, options?: { hidden?: boolean }) => Promise<string>) | null;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Columns of that terminal. */
  readonly columns: number;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  readonly signal: AbortSignal;
};
