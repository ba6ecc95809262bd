import * as z from 'zod';

/** An id as `newId` makes them. */
export const resourceId = z.string().regex(/^[a-z0-9_]{1,40}$/, 'is not an id');

/** A row's version, as views show it. */
export const versionInput = z
  .string()
  .regex(/^\d{1,18}$/, 'is not a version')
  .optional();

/** What to delete, and optionally the version one has seen of it. */
export const versionedId = z.strictObject({ id: resourceId, version: versionInput });
