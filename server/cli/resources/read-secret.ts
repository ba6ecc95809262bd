import type { CliIo } from '../cli-io.ts';
import { CliError } from '../exit-codes.ts';

/** A secret from the variable that an option names; never from an argument, which others on the machine can see. */
export function secretFrom(io: CliIo, option: string, variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined;
  const value = io.env[variable];
  if (value) return value;
  throw new CliError('USAGE', `${option}: the variable ${variable} is not set`, `Set it: export ${variable}=...`);
}

export function numberFrom(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new CliError('USAGE', `${option}: "${text}" is not a whole number above zero`);
}
