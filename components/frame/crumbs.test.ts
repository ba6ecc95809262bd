import { expect, test } from 'vitest';
import { crumbsOf } from './crumbs.ts';

const ID = 'pl_0123456789abcdefghij';

test('an id is called by its name', () => {
  expect(crumbsOf(`/pipelines/${ID}/dead-letters`)).toEqual([
    { href: '/pipelines', label: 'Pipelines' },
    { href: `/pipelines/${ID}`, label: ID, names: 'pipeline' },
    { href: `/pipelines/${ID}/dead-letters`, label: 'Dead letters' },
  ]);
});

test('names of the lake are left as they are', () => {
  expect(crumbsOf('/lake/dst_0123456789abcdefghij/shop/order_items').map(({ label }) => label)).toEqual([
    'Lake',
    'dst_0123456789abcdefghij',
    'shop',
    'order_items',
  ]);
});

test('the first page is the overview', () => expect(crumbsOf('/')).toEqual([{ href: '/', label: 'Overview' }]));
