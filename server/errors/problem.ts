import * as z from 'zod';
import { AppError, policyOf } from './app-error.ts';
import { ERROR_CODES } from './codes.ts';

/** A failure as every interface tells it, after RFC 9457. `code` is stable; `detail` and `remedy` are for people. */
export const Problem = z
  .object({
    type: z.string().describe('Address of the page that explains the code, relative to the site'),
    title: z.string().describe('The code in words'),
    status: z.number().int().describe('HTTP status'),
    detail: z.string().describe('What went wrong this time'),
    code: z.string().describe('Stable name of the failure, e.g. INVALID_INPUT'),
    remedy: z.string().describe('What can be done about it'),
    field: z.string().optional().describe('The first field that is wrong, as a dotted path'),
    fields: z
      .array(z.object({ field: z.string(), reason: z.string() }))
      .optional()
      .describe('Every field that is wrong, with its reason'),
    retryAfterS: z.number().int().optional().describe('Seconds until it is worth trying again'),
    requestId: z.string().optional().describe('Names this request in the log of the web process'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof Problem>;

/** Tells a thrown value; what nobody expected is told without its details. */
export function problemOf(error: unknown, requestId?: string): Problem {
  const { code, remedy } = policyOf(error);
  const { fields, retryAfterS } = error instanceof AppError ? error : { fields: [], retryAfterS: undefined };
  return {
    type: `/docs/errors/${code}`,
    title: titleOf(code),
    status: ERROR_CODES[code].http,
    detail: error instanceof AppError ? error.message : 'something went wrong here; the log says what',
    code,
    remedy,
    ...(fields[0] ? { field: fields[0].field, fields: [...fields] } : {}),
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

const titleOf = (code: string): string => {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
