import { ERROR_CODES } from '@/server/errors/codes.ts';
import type { ShownError } from './pipeline-view.ts';

/** A failure as a row records it, with what can be done about it; null when it records none. */
export function shownError(row: {
  error_code: string | null;
  error_message: string | null;
  error_at: Date | string | null;
}): ShownError | null {
  if (row.error_code === null) return null;
  const known: Readonly<Record<string, { readonly remedy: string }>> = ERROR_CODES;
  return {
    code: row.error_code,
    message: row.error_message ?? '',
    remedy: known[row.error_code]?.remedy ?? '',
    at: new Date(row.error_at ?? 0).toISOString(),
  };
}
