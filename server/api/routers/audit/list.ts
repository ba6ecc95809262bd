import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { AuditPage } from '@/server/audit/audit-view.ts';
import { listAudit, listAuditInput } from '@/server/audit/list-audit.ts';

export const list = procedure('audit:read')
  .meta(
    rest({
      method: 'GET',
      path: '/audit',
      tag: 'Audit',
      summary: 'Search the audit log',
    }),
  )
  .input(listAuditInput)
  .output(AuditPage)
  .query(({ ctx, input }) => listAudit(ctx.deps, ctx.actor, input));
