import * as z from 'zod';
import { resourceId } from '@/server/platform/resource-id.ts';

/** Levels joined by dots. No control characters: names become paths of requests. */
const name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}/]+$/u, 'must not hold slashes or control characters');

/** Names one table of a destination. */
export const lakeTableInput = z.strictObject({ destinationId: resourceId, namespace: name, table: name });

export const namespaceInput = name;
