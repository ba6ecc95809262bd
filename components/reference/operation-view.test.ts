import { Tooltip } from 'radix-ui';
import { createElement, type ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { OPERATIONS } from './document.ts';
import { OperationList } from './operation-list.tsx';
import { OperationView } from './operation-view.tsx';

const site = 'https://philotes.example.com';

/** Within what the console's frame provides. */
const render = (page: ReactElement): string =>
  renderToStaticMarkup(createElement(Tooltip.Provider, { children: page }));

it.each(OPERATIONS.map((operation) => [operation.id, operation] as const))('shows %s whole', (_, operation) => {
  const page = render(createElement(OperationView, { operation, site }));
  expect(page).toContain(operation.path);
  for (const { name } of operation.parameters) expect(page).toContain(name);
  for (const { status } of operation.answers) expect(page).toContain(status);
  expect(page).not.toContain('undefined');
});

it('lists every operation once', () => {
  const page = render(createElement(OperationList, { site }));
  for (const { id } of OPERATIONS) expect(page.split(`href="/docs/api/${id}"`)).toHaveLength(2);
});
