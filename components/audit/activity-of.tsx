'use client';

import { AuditLog } from './audit-log.tsx';

/** What was done to one thing, and by whom. */
export function ActivityOf({ id }: { id: string }) {
  return <AuditLog filters={{ subject: id }} empty="Nothing was done to it since the log began." />;
}
