import type { Source } from '@/packages/client/client.ts';
import { timeText } from '../output/figures.ts';

/** What the last check of a source or a destination came to, and when that was. */
export function checkText(check: Source['lastCheck']): string {
  if (!check) return 'never';
  const found = check.errorCode ?? (check.blocking > 0 ? `${check.blocking} blocking` : 'ready');
  return `${found}, ${timeText(check.at)}`;
}
