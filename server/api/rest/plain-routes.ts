import { auditDownloadRoute } from './audit-download-route.ts';
import { deadLetterDownloadRoute } from './dead-letter-download-route.ts';
import { documentRoute } from './document-route.ts';
import { eventsRoute } from './events-route.ts';
import type { PlainRoute } from './plain-route.ts';

/** Routes that are no calls of procedures. */
export const PLAIN_ROUTES: readonly PlainRoute[] = [
  documentRoute,
  auditDownloadRoute,
  deadLetterDownloadRoute,
  eventsRoute,
];
