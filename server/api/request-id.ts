import { randomBytes } from 'node:crypto';

/** A name for one request, in answers and in the log. */
export const newRequestId = (): string => `req_${randomBytes(12).toString('hex')}`;
