import type { AuditEntry } from './audit-types.ts';

/** What somebody did, as it reads between their name and the thing's: "ana paused pipeline shop". */
const DID: Readonly<Record<string, string>> = {
  'source.create': 'connected source',
  'source.update': 'changed source',
  'source.delete': 'deleted source',
  'source.test': 'tested source',
  'destination.create': 'created destination',
  'destination.update': 'changed destination',
  'destination.delete': 'deleted destination',
  'destination.test': 'tested destination',
  'pipeline.create': 'created pipeline',
  'pipeline.update': 'changed pipeline',
  'pipeline.start': 'started pipeline',
  'pipeline.stop': 'stopped pipeline',
  'pipeline.pause': 'paused pipeline',
  'pipeline.resume': 'resumed pipeline',
  'pipeline.resync': 'resynced pipeline',
  'pipeline.delete': 'deleted pipeline',
  'pipeline.forget-source': 'deleted, without its source, pipeline',
  'lake-table.drop': 'dropped a lake table of',
  'table.add': 'added tables to',
  'table.verify': 'had a table compared with its source in',
  'table.verify.cancel': 'ended the comparison of a table of',
  'table.repair': 'repaired a table of',
  'table.remove': 'removed a table of',
  'table.set': 'changed a table of',
  'table.pause': 'paused a table of',
  'table.accept': 'accepted, as it is, a table of',
  'table.resume': 'resumed a table of',
  'table.decide-schema-changes': 'decided about changed columns of a table of',
  'table.resync': 'resynced a table of',
  'dead-letter.inspect': 'looked into a dead letter of',
  'dead-letter.replay': 'replayed a dead letter of',
  'dead-letter.replay-all': 'replayed the dead letters of',
  'dead-letter.discard': 'discarded a dead letter of',
  'dead-letter.discard-all': 'discarded the dead letters of',
  'dead-letter.download': 'downloaded the dead letters of',
  'lake.preview': 'looked at rows of',
  'member.create': 'created',
  'member.invite': 'invited',
  'member.update': 'changed the rights of',
  'member.remove': 'removed',
  'member.renew-link': 'made a new link for',
  'member.accept-link': 'accepted an invitation',
  'member.enrol': 'came in by single sign-on',
  'member.follow-issuer': 'got the role of their groups',
  'member.lose-role': 'lost every role',
  'member.update-profile': 'changed their profile',
  'member.change-password': 'changed their password',
  'owner.reset': 'reset the owner',
  'session.create': 'signed in',
  'session.end': 'signed out',
  'session.end-others': 'signed out elsewhere',
  'api-key.create': 'made API key',
  'api-key.rename': 'renamed API key',
  'api-key.revoke': 'revoked API key',
  'sign-in.update': 'changed how people sign in',
  'sign-in.remove': 'removed single sign-on',
  'audit.download': 'downloaded the audit log',
  'keys.rotate': 'sealed the stored secrets with another key',
};

/** "paused pipeline", "removed table public.orders of"; for an action without words its own name. */
export function didText({ action, detail }: Pick<AuditEntry, 'action' | 'detail'>): string {
  const words = DID[action];
  if (words === undefined) return action.replaceAll(/[.-]/g, ' ').toLowerCase();
  const { table, tables } = detail;
  if (typeof table === 'string') return words.replace('a table', `table ${table}`);
  const isOne = Array.isArray(tables) && tables.length === 1;
  return isOne ? words.replace('added tables', `added table ${tables[0]}`) : words;
}

/** What can be chosen in filters: all actions of a noun. */
export const ACTION_GROUPS = [
  { value: 'pipeline.', label: 'Pipelines' },
  { value: 'table.', label: 'Tables' },
  { value: 'dead-letter.', label: 'Dead letters' },
  { value: 'source.', label: 'Sources' },
  { value: 'destination.', label: 'Destinations' },
  { value: 'member.', label: 'Members' },
  { value: 'api-key.', label: 'API keys' },
  { value: 'session.', label: 'Signing in and out' },
  { value: 'sign-in.', label: 'Sign-in settings' },
  { value: 'audit.', label: 'The log itself' },
] as const;

/** Who, in words. */
export function whoText({ actor, actorName }: Pick<AuditEntry, 'actor' | 'actorName'>): string {
  if (actor === 'system') return 'Philotes';
  if (actor === 'anonymous') return 'Somebody not signed in';
  return actorName ?? (actor.startsWith('key:') ? 'A revoked key' : 'A former member');
}

const PAGE_OF: Readonly<Record<string, string>> = { src: '/sources', dst: '/destinations', pl: '/pipelines' };

/** Where the thing that something was done to has its page; null for others and for what is gone. */
export function pageOf({ subject, subjectName }: Pick<AuditEntry, 'subject' | 'subjectName'>): string | null {
  const base = PAGE_OF[subject.split('_')[0] ?? ''];
  return base && subjectName !== null ? `${base}/${subject}` : null;
}

/** What people do to themselves alone. */
const OWN = /^(session\.|member\.(accept-link|enrol|follow-issuer|lose-role|update-profile|change-password)$)/;

/** What it was done to: by name, else as the entry itself calls it. */
export function subjectText({ action, subject, subjectName, detail, refused }: AuditEntry): string {
  if (OWN.test(action)) return '';
  if (subjectName !== null) return subjectName;
  if (refused && subject.includes(':')) return '';
  const named = detail.name ?? detail.email;
  return typeof named === 'string' ? named : /^(audit|candidate|sign-in|oidc|-)?$/.test(subject) ? '' : subject;
}

/** A value of a change as people read it. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
