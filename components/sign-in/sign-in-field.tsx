import type { ComponentProps } from 'react';

type FieldProps = Omit<ComponentProps<'input'>, 'className' | 'id'> & { readonly label: string; readonly name: string };

/** A labelled input of a form that works without scripts. */
export function SignInField({ label, name, ...rest }: FieldProps) {
  return (
    <div>
      <label htmlFor={name} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <input
        id={name}
        name={name}
        {...rest}
        className="block h-9 w-full rounded-md border border-control bg-surface px-2.5 hover:border-faint focus-visible:border-accent max-sm:h-11 max-sm:text-lg"
      />
    </div>
  );
}

const BUTTON =
  'flex h-9 w-full items-center justify-center rounded-md text-sm font-medium transition-colors max-sm:h-11';

export function SignInButton({ kind, label }: { kind: 'primary' | 'secondary'; label: string }) {
  const look =
    kind === 'primary'
      ? 'bg-accent text-accent-ink hover:bg-accent-hover'
      : 'border border-control bg-surface hover:bg-raised';
  return (
    <button type="submit" className={`${BUTTON} ${look}`}>
      {label}
    </button>
  );
}
