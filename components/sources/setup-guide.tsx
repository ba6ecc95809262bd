'use client';

import { CodeBlock } from '@/components/ui/code-block.tsx';
import { CopyButton } from '@/components/ui/copy-button.tsx';
import { Segmented } from '@/components/ui/segmented.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { PROVIDER_WORDS, PROVIDERS, type Provider, setupSql, setupSteps } from './setup-sql.ts';

const CHOICES = PROVIDERS.map((value) => ({ value, label: PROVIDER_WORDS[value] }));

/** How to make a user with the least rights, for the service that the database runs on. The names follow the form. */
export function SetupGuide({ role, database }: { role: string; database: string }) {
  const url = useUrlState();
  const chosen: Provider = PROVIDERS.find((provider) => provider === url.get('service')) ?? 'postgresql';
  const steps = setupSteps(chosen, { role: role || 'philotes', database: database || 'my_database', schema: 'public' });
  return (
    <section aria-labelledby="setup-guide" className="rounded-md border border-line bg-surface">
      <div className="flex items-start justify-between gap-3 px-4 pt-3">
        <div>
          <h2 id="setup-guide" className="font-semibold">
            A user with the least rights
          </h2>
          <p className="text-sm text-muted">Run this on the source once. Names follow the form.</p>
        </div>
        <CopyButton text={setupSql(steps)} label="Copy all statements" className="mt-0.5" />
      </div>
      <div className="px-4 pt-3">
        <Segmented label="Service" value={chosen} onChange={(service) => url.set({ service })} choices={CHOICES} />
      </div>
      <ol className="mt-3 divide-y divide-line border-t border-line">
        {steps.map(({ title, text, sql }, index) => (
          <li key={title} className="flex gap-3 px-4 py-3">
            <span className="flex size-5 shrink-0 items-center justify-center rounded-full border border-control text-xs text-muted tabular-nums">
              {index + 1}
            </span>
            <div className="min-w-0 flex-1">
              <p className="text-sm font-medium">{title}</p>
              <p className="text-sm text-muted">{text}</p>
              {sql && <CodeBlock code={sql} label="SQL" className="mt-2" />}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
