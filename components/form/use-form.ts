'use client';

import { useState } from 'react';
import type * as z from 'zod';
import { toDotPath } from 'zod/v4/core';
import { shownProblem } from '@/components/ui/problem.ts';
import { useDraft } from './draft.ts';
import { issueText } from './issue-text.ts';

type Options<Values, Schema extends z.ZodType> = {
  readonly initial: Values;
  /** The server's own schema: the form refuses what the server would. */
  readonly schema: Schema;
  /** What is sent, made of what was typed. */
  readonly toInput: (values: Values) => unknown;
  /** The last failed call; what it says about a field stands at that field until it is changed. */
  readonly failure?: unknown;
  /** Keeps what was typed under this name until `clear`, over reloads too. */
  readonly draftKey?: string;
  /** Fields that are never kept. */
  readonly secrets?: readonly (keyof Values & string)[];
  /** Whether a text that was typed into any other field holds a secret, so that it is not kept. */
  readonly holdsSecret?: (text: string) => boolean;
};

type TextName<Values> = { [Name in keyof Values]: Values[Name] extends string ? Name : never }[keyof Values] & string;

/**
 * Values of a form and what is wrong with them. Paths are those of the input that is sent (`storage.root`). A field is
 * judged once it was left, and all of them when somebody tries to send.
 */
export function useForm<Values extends object, Schema extends z.ZodType>(options: Options<Values, Schema>) {
  const { initial, schema, toInput, failure, draftKey, secrets = [], holdsSecret = never } = options;
  const isKept = ([name, value]: [string, unknown]): boolean =>
    draftKey !== undefined &&
    !secrets.some((secret) => secret === name) &&
    !(typeof value === 'string' && holdsSecret(value));
  const draft = useDraft(draftKey ?? '', (stored) =>
    draftKey === undefined ? null : fitting(stored, initial, isKept),
  );
  const [unsaved, setUnsaved] = useState<Partial<Values>>({});
  const [left, setLeft] = useState<ReadonlySet<string>>(NONE);
  const [isSent, setSent] = useState(false);
  /** Fields changed since `failure` was told. */
  const [answered, setAnswered] = useState<{ failure: unknown; changed: ReadonlySet<string> }>(NOTHING_ANSWERED);
  const values: Values = { ...initial, ...draft.value, ...unsaved };
  const parsed = schema.safeParse(toInput(values), { reportInput: true });
  const issues = parsed.success ? NO_ISSUES : firstIssues(parsed.error);
  const told = failure ? shownProblem(failure).fields : {};
  const changed = answered.failure === failure ? answered.changed : NONE;

  /** All at once: each saving replaces the draft that this rendering has read. */
  function put(entered: object, paths: readonly string[]): void {
    const entries = Object.entries(entered);
    const kept = Object.fromEntries(entries.filter(isKept));
    if (Object.keys(kept).length > 0) draft.save({ ...draft.value, ...kept });
    setUnsaved((before) => {
      const others = Object.entries(before).filter(([name]) => !(name in entered));
      return Object.fromEntries([...others, ...entries.filter((entry) => !isKept(entry))]) as Partial<Values>;
    });
    setAnswered({ failure, changed: new Set([...changed, ...paths]) });
  }
  const leave = (path: string) => setLeft((before) => (before.has(path) ? before : new Set([...before, path])));

  return {
    values,
    set: <Name extends keyof Values & string>(name: Name, value: Values[Name], path: string = name) =>
      put({ [name]: value }, [path]),
    /** Sets several fields, whose paths are their names. */
    setAll: (entered: Partial<Values>) => put(entered, Object.keys(entered)),
    /** What is wrong with a field, or null. */
    error(path: string): string | null {
      if (!changed.has(path) && told[path]) return told[path];
      return isSent || left.has(path) ? (issues.get(path) ?? null) : null;
    },
    /** Props of a text control; `path` where the input calls the field otherwise. */
    text: <Name extends TextName<Values>>(name: Name, path: string = name) => ({
      name: path,
      value: String(values[name]),
      onChange: (event: { target: { value: string } }) => put({ [name]: event.target.value }, [path]),
      onBlur: () => leave(path),
    }),
    /** What was typed as the server takes it; null while something is wrong. */
    input: parsed.success ? parsed.data : null,
    /** Sends when all is well; otherwise shows what is not and moves the focus to the first of it. */
    submit: (send: (input: z.output<Schema>) => void) => (event?: { preventDefault(): void }) => {
      event?.preventDefault();
      setSent(true);
      if (parsed.success) send(parsed.data);
      else focusFirst();
    },
    /** Forgets what was typed. */
    clear(): void {
      draft.clear();
      setUnsaved({});
      setSent(false);
      setLeft(NONE);
    },
  };
}

const never = () => false;
const NONE: ReadonlySet<string> = new Set();
const NOTHING_ANSWERED = { failure: undefined, changed: NONE };
const NO_ISSUES: ReadonlyMap<string, string> = new Map();

/** What of a stored draft is still a field of the form, of the same kind, and no secret. */
function fitting<Values extends object>(
  stored: unknown,
  initial: Values,
  isKept: (entry: [string, unknown]) => boolean,
): Partial<Values> | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const kinds = new Map(Object.entries(initial).map(([name, value]) => [name, typeof value]));
  const kept: Partial<Values> = {};
  return Object.assign(
    kept,
    Object.fromEntries(
      Object.entries(stored).filter((entry) => kinds.get(entry[0]) === typeof entry[1] && isKept(entry)),
    ),
  );
}

function firstIssues(error: z.ZodError): Map<string, string> {
  const found = new Map<string, string>();
  for (const issue of error.issues) {
    const path = toDotPath(issue.path);
    if (!found.has(path)) found.set(path, issueText(issue));
  }
  return found;
}

/** After the errors are drawn. */
function focusFirst(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
