import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { systemInfo, systemInfoInput } from '@/server/system/system-info.ts';
import { SystemInfoView } from '@/server/system/system-view.ts';

export const info = procedure('system:read')
  .meta(
    rest({
      method: 'GET',
      path: '/system',
      tag: 'System',
      summary: 'Read versions, services, workers and limits',
    }),
  )
  .input(systemInfoInput)
  .output(SystemInfoView)
  .query(({ ctx, input }) => systemInfo(ctx.deps, ctx.actor, input));
