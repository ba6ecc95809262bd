import * as z from 'zod';
import { ApiKeyView } from '@/server/auth/api-key-view.ts';

/** A new key with its token. */
export const CreatedApiKey = z
  .object({ id: z.string(), token: z.string().describe('Shown here and never again'), key: ApiKeyView })
  .meta({ id: 'CreatedApiKey' });
