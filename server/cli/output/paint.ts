import type { CliIo } from '../cli-io.ts';

type Paint = (text: string) => string;
export type Painter = {
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
};

const ESC = '\u001b[';
const CODES = { red: [31, 39], green: [32, 39], yellow: [33, 39], dim: [2, 22], bold: [1, 22] } as const;

/** Colours on a terminal, unless NO_COLOR says no (https://no-color.org). */
export function painterOf(io: Pick<CliIo, 'env' | 'isTerminal'>): Painter {
  const isPlain = !io.isTerminal || Boolean(io.env.NO_COLOR) || io.env.TERM === 'dumb';
  const paint =
    (name: keyof typeof CODES): Paint =>
    (text) =>
      isPlain ? text : `${ESC}${CODES[name][0]}m${text}${ESC}${CODES[name][1]}m`;
  return { red: paint('red'), green: paint('green'), yellow: paint('yellow'), dim: paint('dim'), bold: paint('bold') };
}
