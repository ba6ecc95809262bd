import * as z from 'zod';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** What a validator found, in the words of the person who wrote the value; null leaves it to the validator. */
function inWords(issue: Issue): string | null {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      if (issue.expected === 'int' && typeof issue.input === 'number') return 'must be a whole number';
      return `must be ${withArticle(NAMES[issue.expected] ?? issue.expected)}, not ${nameOf(issue.input)}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${boundOf(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${boundOf(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`;
    case 'invalid_union':
      return ofUnion(issue);
    case 'invalid_key':
      return `its name ${issue.issues[0]?.message ?? 'cannot be used'}`;
    case 'unrecognized_keys':
      return `${issue.keys.join(', ')} ${issue.keys.length === 1 ? 'is no field' : 'are no fields'} here`;
    default:
      return null;
  }
}

/** Each way in which it would be right; of those that a field chooses between, what that field may say. */
function ofUnion(issue: Extract<Issue, { code: 'invalid_union' }>): string | null {
  const { options } = issue;
  if (Array.isArray(options)) return `must be one of ${options.map(String).join(', ')}`;
  const ways = issue.errors.flatMap(([first]) =>
    first ? [first.path.length === 0 ? first.message : `${z.core.toDotPath(first.path)} ${first.message}`] : [],
  );
  return ways.length === 0 ? null : ways.join(', or ');
}

/** A size or a value beyond its limit. */
function boundOf(origin: string, limit: string, bound: number | bigint): string {
  const noun = SIZED[origin];
  if (noun === undefined) return `be ${limit} ${bound}`;
  return `have ${limit} ${bound} ${noun}${Number(bound) === 1 ? '' : 's'}`;
}

const SIZED: Readonly<Record<string, string>> = {
  string: 'character',
  array: 'item',
  set: 'item',
  map: 'entry',
  file: 'byte',
};
const NAMES: Readonly<Record<string, string>> = {
  int: 'whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'list',
  object: 'mapping',
  record: 'mapping',
};

const nameOf = (input: unknown): string => {
  if (input === null) return 'null';
  const type = Array.isArray(input) ? 'array' : typeof input;
  return type === 'boolean' ? String(input) : withArticle(NAMES[type] ?? type);
};

const withArticle = (noun: string): string =>
  noun === 'text' || noun === 'true or false' ? noun : `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

// Validators that were given words of their own keep them.
z.config({ customError: (issue) => inWords(issue) });
