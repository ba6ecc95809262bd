'use client';

import { Check, Minus } from 'lucide-react';
import { RadioGroup, Checkbox as RadixCheckbox, Switch as RadixSwitch } from 'radix-ui';
import { type ReactNode, useId } from 'react';
import { cx } from './cx.ts';
import { Tooltip } from './tooltip.tsx';

type ChoiceProps = {
  readonly checked: boolean | 'indeterminate';
  readonly onChange: (checked: boolean) => void;
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** The label is read out and not shown (rows of tables). */
  readonly hideLabel?: boolean;
  /** Why it cannot be changed. */
  readonly reason?: string | null | undefined;
};

export function Checkbox({ checked, onChange, label, hint, hideLabel, reason }: ChoiceProps) {
  const id = useId();
  const box = (
    <RadixCheckbox.Root
      id={id}
      checked={checked}
      disabled={Boolean(reason)}
      onCheckedChange={(next) => onChange(next === true)}
      aria-describedby={hint ? `${id}-hint` : undefined}
      className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-sm border border-control bg-surface hover:border-faint disabled:cursor-not-allowed disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent"
    >
      <RadixCheckbox.Indicator className="text-accent-ink">
        {checked === 'indeterminate' ? <Minus className="size-3" /> : <Check className="size-3" strokeWidth={3} />}
      </RadixCheckbox.Indicator>
    </RadixCheckbox.Root>
  );
  return (
    <Labelled id={id} label={label} hint={hint} hideLabel={hideLabel} reason={reason}>
      {box}
    </Labelled>
  );
}

export function Switch({ checked, onChange, label, hint, hideLabel, reason }: ChoiceProps & { checked: boolean }) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint} hideLabel={hideLabel} reason={reason}>
      <RadixSwitch.Root
        id={id}
        checked={checked}
        disabled={Boolean(reason)}
        onCheckedChange={onChange}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative h-5 w-8 shrink-0 rounded-full bg-control transition-colors disabled:cursor-not-allowed disabled:opacity-50 data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="block size-4 translate-x-0.5 rounded-full bg-surface transition-transform data-[state=checked]:translate-x-3.5" />
      </RadixSwitch.Root>
    </Labelled>
  );
}

/** One of a few, each with what it means. */
export function RadioCards<Value extends string>({
  label,
  value,
  onChange,
  choices,
}: {
  label: string;
  value: Value | undefined;
  onChange: (value: Value) => void;
  choices: readonly {
    readonly value: Value;
    readonly label: ReactNode;
    readonly hint?: ReactNode;
    readonly reason?: string | null | undefined;
  }[];
}) {
  const base = useId();
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value ?? ''}
      onValueChange={(next) => {
        const chosen = choices.find((choice) => choice.value === next);
        if (chosen) onChange(chosen.value);
      }}
      className="grid gap-2 sm:grid-cols-2"
    >
      {choices.map((choice) => (
        <div
          key={choice.value}
          className="relative flex gap-2.5 rounded-md border border-line bg-surface p-3 has-[[data-state=checked]]:border-accent has-[[data-state=checked]]:bg-accent/5"
        >
          <RadioGroup.Item
            id={`${base}-${choice.value}`}
            value={choice.value}
            disabled={Boolean(choice.reason)}
            aria-describedby={`${base}-${choice.value}-hint`}
            className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full border border-control bg-surface disabled:opacity-50 data-[state=checked]:border-accent"
          >
            <RadioGroup.Indicator className="size-2 rounded-full bg-accent" />
          </RadioGroup.Item>
          <div className="min-w-0">
            <label
              htmlFor={`${base}-${choice.value}`}
              className={cx(
                'font-medium after:absolute after:inset-0',
                choice.reason ? 'text-muted' : 'cursor-pointer',
              )}
            >
              {choice.label}
            </label>
            <p id={`${base}-${choice.value}-hint`} className="text-sm text-muted">
              {choice.reason ?? choice.hint}
            </p>
          </div>
        </div>
      ))}
    </RadioGroup.Root>
  );
}

function Labelled(props: {
  id: string;
  label: ReactNode;
  hint: ReactNode;
  hideLabel: boolean | undefined;
  reason: string | null | undefined;
  children: ReactNode;
}) {
  const { id, label, hint, hideLabel, reason, children } = props;
  const row = (
    <div className="flex items-start gap-2.5">
      {children}
      <div className={hideLabel ? 'sr-only' : 'min-w-0'}>
        <label htmlFor={id} className={reason ? 'text-muted' : 'cursor-pointer'}>
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-xs text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
  return reason ? <Tooltip label={reason}>{row}</Tooltip> : row;
}
