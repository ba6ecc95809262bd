import type { KeyboardEvent } from 'react';

/** Arrow keys, Home and End move the focus between the links of a table's rows. */
export function moveFocus(event: KeyboardEvent<HTMLTableElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('tbody tr[data-row] td:first-child a')];
  const at = links.findIndex((link) => link.matches(':focus'));
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined || to < 0 || to >= links.length) return;
  event.preventDefault();
  links[to]?.focus();
}
