import fc from 'fast-check';

/** Values that have broken programs before. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1e308,
    Number.MAX_SAFE_INTEGER,
    2 ** 63,
    true,
    [],
    {},
    '\0',
    'a\0b',
    '\ud800',
    '../../etc/passwd',
    "'; drop table source; --",
    '%00',
    '__proto__',
    'x'.repeat(5_000),
    '٣',
    '1e400',
    '2026-02-30T00:00:00Z',
    'file:///etc/passwd',
    { __proto__: { admin: true } },
    [[[[[[]]]]]],
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The same object with one field taken away, replaced, or added. */
export const spoiled = (body: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(body, fc.nat(), hostile, fc.constantFrom('drop', 'replace', 'add', 'whole')).map(([value, at, bad, how]) => {
    if (how === 'whole' || typeof value !== 'object' || value === null || Array.isArray(value)) return bad;
    const names = Object.keys(value);
    const name = names[at % Math.max(1, names.length)];
    if (how === 'add' || name === undefined) return { ...value, [`extra${at % 7}`]: bad };
    const rest = Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
    return how === 'drop' ? rest : { ...rest, [name]: bad };
  });
