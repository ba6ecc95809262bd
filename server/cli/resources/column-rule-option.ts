import type { Command } from 'commander';
import type { ColumnRule } from '@/server/domain/column-rules.ts';
import { CliError } from '../exit-codes.ts';
import { several } from '../verb.ts';

export type ColumnRuleOptions = {
  readonly column?: readonly string[];
  readonly otherColumns?: string;
  readonly allColumns?: true;
};

const WORDS = ['carry', 'exclude', 'hash', 'redact'] as const;

/** `--column ssn=hash`, several times, and `--other-columns exclude`. */
export const columnRuleOptions = (command: Command): Command =>
  command
    .option(
      '--column <column=rule>',
      'carry, exclude, hash, redact or truncate(n), for all columns that are to have a rule; several times',
      several,
    )
    .option('--other-columns <rule>', 'carry or exclude columns without a rule, later ones too')
    .option('--all-columns', 'take all rules for columns away');

export function columnRulesOf({ column, otherColumns, allColumns }: ColumnRuleOptions) {
  if (allColumns && (column ?? otherColumns) !== undefined) {
    throw new CliError(
      'USAGE',
      '--all-columns excludes --column and --other-columns',
      'Give the rules, or take them all away.',
    );
  }
  if (allColumns) return { columns: {}, otherColumns: 'carry' } as const;
  if (otherColumns !== undefined && otherColumns !== 'carry' && otherColumns !== 'exclude') {
    throw new CliError('USAGE', `--other-columns: "${otherColumns}" is neither carry nor exclude`);
  }
  return {
    ...(column === undefined ? {} : { columns: Object.fromEntries(column.map(ruleOf)) }),
    ...(otherColumns === undefined ? {} : ({ otherColumns } as const)),
  };
}

function ruleOf(text: string): [name: string, rule: ColumnRule] {
  const at = text.lastIndexOf('=');
  const [name, rule] = [text.slice(0, at), text.slice(at + 1)];
  const word = WORDS.find((one) => one === rule);
  const [, count] = /^truncate\((\d{1,4})\)$/.exec(rule) ?? [];
  if (at < 1 || (word === undefined && count === undefined)) {
    throw new CliError(
      'USAGE',
      `--column: "${text}" is not column=rule`,
      `Rules are ${WORDS.join(', ')}, truncate(n).`,
    );
  }
  return [name, word ?? { truncate: Number(count) }];
}
