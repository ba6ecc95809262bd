'use client';

import { type LucideIcon, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { RadioCards } from '@/components/ui/choice.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';

type Listed = {
  readonly isPending: boolean;
  readonly isError: boolean;
  readonly error: unknown;
  readonly refetch: () => Promise<unknown>;
};

/** One of what exists already, or a new one made in place. */
export function ChoiceList(props: {
  label: string;
  list: Listed;
  choices: readonly { readonly value: string; readonly label: ReactNode; readonly hint: ReactNode }[];
  value: string | null;
  onChange: (id: string) => void;
  /** "Connect another source" */
  addLabel: string;
  addIcon?: LucideIcon;
  isAdding: boolean;
  onAdd: (isAdding: boolean) => void;
  /** The form that makes one. */
  form: ReactNode;
}) {
  const { list, choices, isAdding, onAdd } = props;
  if (list.isPending) {
    return (
      <div className="grid gap-2 sm:grid-cols-2">
        <Skeleton className="h-16" />
        <Skeleton className="h-16" />
      </div>
    );
  }
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (choices.length === 0 || isAdding) {
    return (
      <div className="space-y-4">
        {choices.length > 0 && <Button onClick={() => onAdd(false)}>Choose an existing one</Button>}
        {props.form}
      </div>
    );
  }
  return (
    <div className="space-y-3">
      <RadioCards label={props.label} value={props.value ?? undefined} onChange={props.onChange} choices={choices} />
      <Button icon={props.addIcon ?? Plus} onClick={() => onAdd(true)}>
        {props.addLabel}
      </Button>
    </div>
  );
}
