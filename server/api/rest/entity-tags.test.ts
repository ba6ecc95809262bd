import { expect, it } from 'vitest';
import { PROCEDURE_ROUTES } from './route-table.ts';

const CHANGES = ['PATCH', 'PUT', 'DELETE'];
/** Known to their own catalog, or ended and never changed: nothing of ours could go stale. */
const WITHOUT_TAG = ['/lake/{destinationId}/tables/{namespace}/{table}', '/profile/sessions/{id}'];

const changing = PROCEDURE_ROUTES.filter(
  ({ method, pattern }) => CHANGES.includes(method) && !WITHOUT_TAG.includes(pattern.text),
);

it('lets every change of a single thing name the version it is based on', () => {
  const deaf = changing.filter(({ shape }) => !('version' in shape));
  expect(deaf.map(({ method, pattern }) => `${method} ${pattern.text}`)).toEqual([]);
});

it('answers the reading of everything that can be changed with an entity tag', () => {
  const changed = new Set(changing.map(({ pattern }) => pattern.text));
  const bare = PROCEDURE_ROUTES.filter(
    ({ method, pattern, rest }) => method === 'GET' && changed.has(pattern.text) && !rest.versioned,
  );
  expect(bare.map(({ pattern }) => pattern.text)).toEqual([]);
});
