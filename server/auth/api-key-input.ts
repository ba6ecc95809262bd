import * as z from 'zod';
import { resourceId } from '@/server/platform/resource-id.ts';
import { resourceName } from '@/server/sources/source-input.ts';
import { KEY_SCOPES } from './scopes.ts';

export const createApiKeyInput = z.strictObject({
  name: resourceName,
  scopes: z
    .array(z.enum(KEY_SCOPES))
    .min(1, 'choose at least one right')
    .transform((scopes) => [...new Set(scopes)]),
  expiresAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When it ends by itself; left out, it holds until it is revoked'),
  ownerId: resourceId
    .optional()
    .describe('For the system on the host: whose key it is. People make keys for themselves'),
});
