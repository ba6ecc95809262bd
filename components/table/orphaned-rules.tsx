import { X } from 'lucide-react';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { type ColumnRule, type ColumnRules, maskText } from '@/server/domain/column-rules.ts';

type Props = {
  readonly names: readonly string[];
  readonly value: ColumnRules;
  readonly onChange: (value: ColumnRules) => void;
  readonly disabled: boolean;
};

/** Names with a rule that the table has no column for: the server takes no rules with them. */
export const orphansOf = (columns: readonly { readonly name: string }[], { columns: rules }: ColumnRules): string[] => {
  const present = new Set(columns.map(({ name }) => name));
  return Object.keys(rules).filter((name) => !present.has(name));
};

/** Rules of columns that the source has no more, to be taken away. */
export function OrphanedRules({ names, value, onChange, disabled }: Props) {
  if (names.length === 0) return null;
  const remove = (name: string) => {
    const { [name]: _, ...columns } = value.columns;
    onChange({ ...value, columns });
  };
  return (
    <div role="note" className="rounded-md border border-attention/40 p-3 text-sm">
      <p>
        These rules name columns that the source has no more. Remove them to save. Was a column renamed? Then it is
        still hidden: give it the rule under its new name before you remove the old one.
      </p>
      <ul className="mt-2 space-y-1">
        {names.map((name) => (
          <li key={name} className="flex flex-wrap items-center gap-2">
            <code className="font-mono text-xs break-all">{name}</code>
            <span className="text-muted">{ruleText(value.columns[name])}</span>
            <Badge>column is gone</Badge>
            <Button
              icon={X}
              kind="ghost"
              className="ml-auto"
              reason={disabled ? 'The rules cannot be changed now.' : null}
              onClick={() => remove(name)}
            >
              Remove rule<span className="sr-only"> of {name}</span>
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

const ruleText = (rule: ColumnRule | undefined): string =>
  rule === undefined ? '' : rule === 'carry' || rule === 'exclude' ? RULE_WORDS[rule] : maskText(rule);

const RULE_WORDS = { carry: 'carry', exclude: 'leave out' } as const;
