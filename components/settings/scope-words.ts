import { ROLE_SCOPES, type Role, type Scope } from '@/server/auth/scopes.ts';

type Words = { readonly can: string; readonly about: string };

/** Every right as what somebody can do with it. */
export const SCOPE_WORDS: Readonly<Record<Scope, Words>> = {
  'source:read': { can: 'See sources', about: 'Addresses, tables and columns, never rows or passwords' },
  'source:write': { can: 'Connect and change sources', about: 'Also test and delete them' },
  'destination:read': { can: 'See destinations', about: 'Places and catalogs, never secrets' },
  'destination:write': { can: 'Add and change destinations', about: 'Also test and delete them' },
  'pipeline:read': { can: 'See pipelines', about: 'State, figures, tables, commits' },
  'pipeline:write': { can: 'Create and change pipelines', about: 'Add, change and remove tables; delete' },
  'pipeline:operate': { can: 'Run pipelines', about: 'Start, stop, pause, resume, resync' },
  'dead-letter:read': { can: 'See dead letters', about: 'Inspecting one shows a row of the source, and is on record' },
  'dead-letter:write': { can: 'Decide dead letters', about: 'Replay or discard' },
  'catalog:read': { can: 'Read the lake', about: 'Tables through the embedded catalog, and previews' },
  'catalog:write': { can: 'Write to the lake', about: 'Tables of other programs in the embedded catalog' },
  'member:read': { can: 'See members', about: 'Names, roles, last sign-in' },
  'member:manage': { can: 'Manage members', about: 'Invite, change and remove people up to one’s own role' },
  'api-key:manage': { can: 'Manage API keys', about: 'Make and revoke; no key exceeds its owner' },
  'audit:read': { can: 'Read the audit log', about: 'Also download and verify it' },
  'settings:read': { can: 'See settings', about: 'How people sign in' },
  'settings:manage': { can: 'Change settings', about: 'Single sign-on and the roles of groups' },
  'system:read': { can: 'See the system', about: 'Versions, services, limits' },
  'queue:read': { can: 'See the queues', about: 'Jobs of the workers' },
  'queue:manage': { can: 'Change the queues', about: 'Retry, pause and remove jobs' },
  'profile:manage': { can: 'Manage their own profile', about: 'Name, password, sessions' },
};

export const SCOPE_GROUPS: readonly { readonly title: string; readonly scopes: readonly Scope[] }[] = [
  { title: 'Pipelines', scopes: ['pipeline:read', 'pipeline:operate', 'pipeline:write'] },
  { title: 'Dead letters', scopes: ['dead-letter:read', 'dead-letter:write'] },
  {
    title: 'Sources and destinations',
    scopes: ['source:read', 'source:write', 'destination:read', 'destination:write'],
  },
  { title: 'Lake', scopes: ['catalog:read', 'catalog:write'] },
  { title: 'People and keys', scopes: ['member:read', 'member:manage', 'api-key:manage', 'audit:read'] },
  { title: 'Installation', scopes: ['system:read', 'settings:read', 'settings:manage', 'queue:read', 'queue:manage'] },
];

export const ROLE_WORDS: Readonly<Record<Role, Words>> = {
  viewer: { can: 'Viewer', about: 'Sees everything but the audit log and settings' },
  operator: { can: 'Operator', about: 'Runs pipelines and decides dead letters' },
  admin: { can: 'Admin', about: 'Changes what is replicated, and manages people and keys' },
  owner: { can: 'Owner', about: 'Everything, single sign-on and queues too' },
};

/** The lowest role that has a right. */
export const mayDo = (role: Role, scope: Scope): boolean => ROLE_SCOPES[role].has(scope);
