/** Everything that may be allowed or refused. Every use-case declares exactly one. */
export const SCOPES = [
  'source:read',
  'source:write',
  'destination:read',
  'destination:write',
  'pipeline:read',
  'pipeline:write',
  'pipeline:operate',
  'dead-letter:read',
  'dead-letter:write',
  'catalog:read',
  'catalog:write',
  'member:read',
  'member:manage',
  'api-key:manage',
  'audit:read',
  'settings:read',
  'settings:manage',
  'system:read',
  'queue:read',
  'queue:manage',
  'profile:manage',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What an API key may carry: people look after their own profile and sessions themselves. */
export const KEY_SCOPES = SCOPES.filter(
  (scope): scope is Exclude<Scope, 'profile:manage'> => scope !== 'profile:manage',
);

export const ROLES = ['viewer', 'operator', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** What somebody may become without anybody having named them or a group of theirs. */
export const DEFAULT_ROLES = ['viewer', 'operator', 'admin'] as const;

const VIEWER: readonly Scope[] = [
  'source:read',
  'destination:read',
  'pipeline:read',
  'dead-letter:read',
  'catalog:read',
  'member:read',
  'system:read',
  'profile:manage',
];
const OPERATOR: readonly Scope[] = [...VIEWER, 'pipeline:operate', 'dead-letter:write'];
const ADMIN: readonly Scope[] = [
  ...OPERATOR,
  'source:write',
  'destination:write',
  'pipeline:write',
  'catalog:write',
  'member:manage',
  'api-key:manage',
  'audit:read',
  'settings:read',
  'queue:read',
];

/** What each role may do; a role may do all that the one before it may. */
export const ROLE_SCOPES: Readonly<Record<Role, ReadonlySet<Scope>>> = {
  viewer: new Set(VIEWER),
  operator: new Set(OPERATOR),
  admin: new Set(ADMIN),
  owner: new Set(SCOPES),
};

export const isRole = (text: string): text is Role => ROLES.some((role) => role === text);
export const isScope = (text: unknown): text is Scope => SCOPES.some((scope) => scope === text);
