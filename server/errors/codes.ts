import type { ErrorPolicy } from './codes/error-policy.ts';
import { LAKE_CODES } from './codes/lake.ts';
import { REQUEST_CODES } from './codes/request.ts';
import { SOURCE_CODES } from './codes/source.ts';

/** Every coded failure: what it means to HTTP, to the retry loop and to a person. */
export const ERROR_CODES = { ...REQUEST_CODES, ...SOURCE_CODES, ...LAKE_CODES } as const satisfies Record<
  string,
  ErrorPolicy
>;

export type ErrorCode = keyof typeof ERROR_CODES;
