import type { Command } from 'commander';
import type { RowCondition } from '@/server/domain/copy-scope.ts';
import { CliError } from '../exit-codes.ts';
import { several } from '../verb.ts';
import { rowCondition } from './row-condition.ts';

export type RowFilterOptions = { readonly where?: readonly string[]; readonly allRows?: true };

/** `--where "status = active"`, several times, or `--all-rows`. */
export const rowFilterOptions = (command: Command): Command =>
  command
    .option(
      '--where <condition>',
      'carry only rows with "column operator value", for all conditions that are to hold; several times',
      several,
    )
    .option('--all-rows', 'carry all rows again');

export function rowFilterOf({ where, allRows }: RowFilterOptions): { where?: RowCondition[] } {
  if (where && allRows) {
    throw new CliError(
      'USAGE',
      '--where and --all-rows exclude each other',
      'Give the conditions, or take them all away.',
    );
  }
  if (allRows) return { where: [] };
  return where ? { where: where.map(rowCondition) } : {};
}
