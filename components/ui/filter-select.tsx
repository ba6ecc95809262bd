'use client';

import { Select } from './field.tsx';
import { useUrlState } from './url-state.ts';

/** Filters the list below it by one parameter of the address; the first choice is no filter. */
export function FilterSelect({
  label,
  name,
  all,
  choices,
}: {
  label: string;
  name: string;
  /** What no filter is called: "All states". */
  all: string;
  choices: readonly { readonly value: string; readonly label: string }[];
}) {
  const url = useUrlState();
  return (
    <Select
      aria-label={label}
      value={url.get(name) ?? ''}
      onChange={(event) => url.set({ [name]: event.target.value })}
      className="w-auto! text-sm!"
    >
      <option value="">{all}</option>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </Select>
  );
}
