import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { printOne } from '../output/print.ts';
import { findId } from './find-id.ts';

/** Deletes a pipeline, or goes on with a deletion, without its source, and prints what may be left there. */
export async function forgetSourceOf(context: Context, pipeline: string): Promise<void> {
  const id = await findDeletable(context, pipeline);
  await context.confirm(
    `This deletes the pipeline ${pipeline} without waiting for its source. If the source does exist, its slot stays there and keeps WAL.`,
  );
  const { data } = await context.philotes.POST('/pipelines/{id}/forget-source', { params: { path: { id } } });
  if (!data) return;
  if (context.format !== 'table') return printOne(context.io, context.format, data);
  context.done(`Pipeline ${pipeline} is being deleted. If its source does exist, run this there:`);
  for (const statement of data.statements) context.io.out(statement);
}

/** Also one that was deleted before, by the name that it had: the one deleted last, if several had it. */
async function findDeletable({ philotes }: Context, pipeline: string): Promise<string> {
  try {
    return await findId(philotes, 'pipeline', pipeline);
  } catch (error) {
    if (!(error instanceof CliError) || error.exit !== 'NOT_FOUND') throw error;
    const deletions = philotes.all('/pipeline-deletions', { query: { sort: '-deletedAt' } });
    for await (const { id, name } of deletions) if (name === pipeline) return id;
    throw error;
  }
}
