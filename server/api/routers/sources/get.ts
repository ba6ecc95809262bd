import * as z from 'zod';
import { rest } from '@/server/api/rest-route.ts';
import { procedure } from '@/server/api/trpc.ts';
import { resourceId } from '@/server/platform/resource-id.ts';
import { getSource } from '@/server/sources/get-source.ts';
import { SourceView } from '@/server/sources/source-view.ts';

export const get = procedure('source:read')
  .meta(rest({ method: 'GET', path: '/sources/{id}', tag: 'Sources', summary: 'Read a source', versioned: true }))
  .input(z.strictObject({ id: resourceId }))
  .output(SourceView)
  .query(({ ctx, input }) => getSource(ctx.deps, ctx.actor, input));
