type Command =
  | 'start'
  | 'build'
  | 'reset'
  | 'test'
  | 'e2e'
  | 'generate-docs'
  | 'soak'
  | 'crash'
  | 'crash-matrix'
  | 'bench';
/** Command -> how it is called. */
export const USAGES: Readonly<Record<Command, string>>;
/** Help, or why a command line is refused; null when the command may run. */
export function answerAtOnce(command: string, args: readonly string[]): { exitCode: number; text: string } | null;
