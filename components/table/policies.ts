import type { ValuePolicy } from '@/server/domain/value-type.ts';

/** What may happen to a value that its lake type cannot hold, as people choose it. */
const POLICIES: readonly { readonly value: ValuePolicy; readonly label: string }[] = [
  { value: 'dead-letter', label: 'Park the row' },
  { value: 'string', label: 'Keep the column as text' },
  { value: 'null', label: 'Make it null' },
];

type Column = {
  readonly isMirrorKey: boolean;
  readonly present: ValuePolicy;
  /** Text in the lake stays text. */
  readonly isInLake: boolean;
};

/** What can be chosen for a column, and what is shown and cannot be. A mirror's key is never null. */
export const policiesFor = ({ isMirrorKey, present, isInLake }: Column) =>
  POLICIES.filter(({ value }) => !isMirrorKey || value !== 'null').map((policy) => ({
    ...policy,
    isRefused: isInLake && present === 'string' && policy.value !== present,
  }));

export const toPolicy = (text: string | undefined): ValuePolicy =>
  POLICIES.find(({ value }) => value === text)?.value ?? 'dead-letter';
