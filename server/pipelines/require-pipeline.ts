import { and, eq, ne } from 'drizzle-orm';
import { pipeline } from '@/db/schema/definitions.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';

/** Throws NOT_FOUND for a pipeline that is not there, or about to go. */
export async function requirePipeline({ database }: Pick<ControlDeps, 'database'>, id: string): Promise<void> {
  const found = await database.db.$count(pipeline, and(eq(pipeline.id, id), ne(pipeline.desiredState, 'deleted')));
  if (found === 0) throw new AppError('NOT_FOUND', `there is no pipeline ${id}`);
}
