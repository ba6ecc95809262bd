import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { AuditVerdict, verifyAudit, verifyAuditInput } from '@/server/audit/verify-audit.ts';

export const verify = procedure('audit:read')
  .meta(
    rest({
      method: 'POST',
      path: '/audit/verify',
      tag: 'Audit',
      summary: 'Recompute the chain of the audit log',
      description: 'An entry that was changed or removed is found.',
    }),
  )
  .input(verifyAuditInput)
  .output(AuditVerdict)
  .mutation(({ ctx, input }) => verifyAudit(ctx.deps, ctx.actor, input));
