import { issueText } from '@/components/form/issue-text.ts';
import { tableInput } from '@/server/pipelines/pipeline-input.ts';
import { type ChosenTable, toTableInput } from './wizard-draft.ts';

/** What the server would say of a table's name in the lake; null when nothing. */
export function lakeNameError(table: ChosenTable): string | null {
  const parsed = tableInput.safeParse(toTableInput(table));
  const issue = parsed.error?.issues.find(({ path }) => path[0] === 'lakeName');
  return issue ? issueText(issue) : null;
}
