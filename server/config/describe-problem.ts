import type * as z from 'zod';
import { nearest } from './nearest.ts';
import { SETTINGS } from './settings.ts';

/** One line per problem: variable, where it was read from, reason, remedy. Never the value. */
export function describeProblem(issue: z.core.$ZodIssue, fromFile: ReadonlySet<string>): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => `${name} is not a setting of this version; ${offer(name)}`);
  }
  const name = String(issue.path[0]);
  const setting = SETTINGS.find(({ variable }) => variable === name);
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  const place = fromFile.has(name) && setting ? `${name} (${setting.key} in philotes.yaml)` : name;
  return [`${place} ${missing ? 'is missing' : issue.message}; ${setting?.remedy ?? 'correct it'}`];
}

const offer = (name: string): string => {
  const near = nearest(
    name,
    SETTINGS.map(({ variable }) => variable),
  );
  return near ? `did you mean ${near}? Else remove it` : 'remove it';
};
