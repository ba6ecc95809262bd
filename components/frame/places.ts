import {
  Activity,
  BookOpen,
  Database,
  HardDrive,
  House,
  Layers,
  type LucideIcon,
  Settings,
  Workflow,
} from 'lucide-react';

export type Place = { readonly href: string; readonly label: string; readonly icon: LucideIcon };

/** What the rail and the command palette lead to. */
export const PLACES: readonly Place[] = [
  { href: '/', label: 'Overview', icon: House },
  { href: '/pipelines', label: 'Pipelines', icon: Workflow },
  { href: '/sources', label: 'Sources', icon: Database },
  { href: '/destinations', label: 'Destinations', icon: HardDrive },
  { href: '/lake', label: 'Lake', icon: Layers },
  { href: '/activity', label: 'Activity', icon: Activity },
];

export const REFERENCE: Place = { href: '/docs/api', label: 'API reference', icon: BookOpen };
export const SETTINGS: Place = { href: '/settings', label: 'Settings', icon: Settings };

/** Whether a path lies in a place. */
export const isIn = (path: string, { href }: Place): boolean =>
  href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
