import type { Finding } from '@/packages/client/client.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { painterOf } from '../output/paint.ts';
import { printList } from '../output/print.ts';

/** Says what was found, the worst first; throws FINDINGS when there was an error. */
export function showFindings({ io, format }: Pick<Context, 'io' | 'format'>, findings: readonly Finding[]): void {
  const paint = painterOf(io);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (format === 'table') {
    const LABELS = { error: paint.red('error  '), warning: paint.yellow('warning'), info: paint.green('ok     ') };
    for (const { severity, subject, message, remedy } of findings) {
      io.out(`${LABELS[severity]}  ${paint.bold(subject)}  ${message}`);
      if (remedy && severity !== 'info') io.out(`         ${paint.dim('do')} ${remedy}`);
    }
    if (findings.length === 0) io.out(`${LABELS.info}  nothing stands in the way`);
  } else printList(io, format, { rows: findings, columns: [], none: '' });
  if (errors > 0) throw new CliError('FINDINGS', errors === 1 ? 'one error was found' : `${errors} errors were found`);
}
