import { PLACES, SETTINGS } from './places.ts';

export type Crumb = {
  readonly href: string;
  /** What is shown; with `names`, the id whose name is. */
  readonly label: string;
  readonly names?: 'pipeline' | 'source' | 'destination';
  /** A step that is no page of its own. */
  readonly isBare?: true;
};

const ID_OF = { pl: 'pipeline', src: 'source', dst: 'destination' } as const;
const WORDS: Readonly<Record<string, string>> = {
  new: 'New',
  api: 'API',
  'api-keys': 'API keys',
  'sign-in': 'Sign-in',
  'dead-letters': 'Dead letters',
};

/** A path as steps, each with an address. A segment like `pl_...` is called by its name. */
export function crumbsOf(path: string): Crumb[] {
  if (path === '/') return [{ href: '/', label: 'Overview' }];
  const segments = path.split('/').filter(Boolean);
  return segments.map((segment, index) => {
    const href = `/${segments.slice(0, index + 1).join('/')}`;
    const names = nameKind(segment);
    if (names) return { href, label: segment, names };
    const place = [...PLACES, SETTINGS].find((each) => each.href === href);
    // Names of the lake, of operations and of errors stand in the address as they are.
    const isOwnName = (segments[0] === 'lake' || segments[0] === 'docs') && index > 1;
    const label = isOwnName ? decodeURIComponent(segment) : (place?.label ?? wordOf(segment));
    return { href, label, ...(href === '/docs' ? { isBare: true } : {}) };
  });
}

function nameKind(segment: string): Crumb['names'] {
  const prefix = /^([a-z]+)_[a-z0-9]{20}$/.exec(segment)?.[1];
  return Object.entries(ID_OF).find(([known]) => known === prefix)?.[1];
}

function wordOf(segment: string): string {
  const words = WORDS[segment] ?? decodeURIComponent(segment).replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
