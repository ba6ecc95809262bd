import type * as z from 'zod';
import { sentence } from '@/components/ui/problem.ts';

/** What a schema says about a field, in the words of somebody who fills in a form. */
export function issueText(issue: z.core.$ZodIssue): string {
  if (isEmpty(issue)) return 'Fill this in.';
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'Must be a whole number.';
  if (issue.code === 'too_big' && issue.origin === 'string') return `Must have at most ${issue.maximum} characters.`;
  if (issue.code === 'too_small' && issue.origin === 'string') return `Must have at least ${issue.minimum} characters.`;
  if (issue.code === 'too_big' && issue.origin === 'number') return `Must be at most ${issue.maximum}.`;
  if (issue.code === 'too_small' && issue.origin === 'number') return `Must be at least ${issue.minimum}.`;
  return sentence(issue.message);
}

const isEmpty = (issue: z.core.$ZodIssue): boolean =>
  issue.input === '' ||
  (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1) ||
  (issue.code === 'invalid_type' && issue.input === undefined && issue.expected === 'string');
