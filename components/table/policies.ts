import type { ValuePolicy } from '@/server/domain/value-type.ts';

/** What may happen to a value that its lake type cannot hold, as people choose it. */
const POLICIES: readonly { readonly value: ValuePolicy; readonly label: string }[] = [
  { value: 'dead-letter', label: 'Park the row' },
  { value: 'string', label: 'Keep the column as text' },
  { value: 'null', label: 'Make it null' },
];

/** A mirror's key is never null. */
export const policiesFor = ({ isMirrorKey }: { isMirrorKey: boolean }) =>
  POLICIES.filter(({ value }) => !isMirrorKey || value !== 'null');

export const toPolicy = (text: string | undefined): ValuePolicy =>
  POLICIES.find(({ value }) => value === text)?.value ?? 'dead-letter';
