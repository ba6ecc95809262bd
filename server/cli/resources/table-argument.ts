import { CliError } from '../exit-codes.ts';
import { tableName } from './find-id.ts';

const MODES = {
  mirror: { mirror: true, changelog: false },
  changelog: { mirror: false, changelog: true },
  both: { mirror: true, changelog: true },
} as const;

export type Modes = (typeof MODES)[keyof typeof MODES];

/** `mirror`, `changelog` or `both`. */
export function modesOf(text: string): Modes {
  for (const [name, modes] of Object.entries(MODES)) if (name === text) return modes;
  throw new CliError('USAGE', `"${text}" is not a mode`, 'There are mirror, changelog and both.');
}

/** `public.orders:both=orders_2024` as the API takes it. */
export function tableInput(text: string): Modes & { schema: string; table: string; lakeName?: string } {
  const [source = '', lakeName] = text.split('=');
  const [name = '', mode = 'mirror'] = source.split(':');
  return { ...tableName(name), ...modesOf(mode), ...(lakeName === undefined ? {} : { lakeName }) };
}
