import { documentRoute } from './document-route.ts';
import type { PlainRoute } from './plain-route.ts';

/** Routes that are no calls of procedures. */
export const PLAIN_ROUTES: readonly PlainRoute[] = [documentRoute];
