'use client';

import { ArrowRight, Database, Layers, Rows3, Workflow } from 'lucide-react';
import { useRefusal } from '@/components/session/use-me.ts';
import { ButtonLink } from '@/components/ui/button.tsx';
import { CodeBlock } from '@/components/ui/code-block.tsx';

/** An installation without a pipeline: what one is, the way to the first, and the demo for those who only look. */
export function FirstSteps() {
  const refusal = useRefusal();
  return (
    <div className="mx-auto max-w-xl py-12 text-center">
      <p aria-hidden="true" className="flex items-center justify-center gap-3 text-muted">
        {[Database, Rows3, Layers].map((Icon, index) => (
          <span key={Icon.displayName} className="flex items-center gap-3">
            {index > 0 && <ArrowRight className="size-4 text-accent" />}
            <span className="flex size-10 items-center justify-center rounded-md border border-line bg-surface">
              <Icon className="size-5" />
            </span>
          </span>
        ))}
      </p>
      <h1 className="mt-6 text-xl font-semibold">Follow your first database into the lake</h1>
      <p className="mt-2 text-muted">
        A pipeline copies the tables you choose from PostgreSQL to Apache Iceberg and keeps them in step, seconds
        behind.
      </p>
      <div className="mt-6 flex justify-center">
        <ButtonLink href="/pipelines/new" kind="primary" icon={Workflow} reason={refusal('pipeline:write')}>
          Create a pipeline
        </ButtonLink>
      </div>
      <p className="mt-12 mb-3 text-sm text-muted">
        Only looking? The demo is a shop with steady traffic, in a database of its own. Start Philotes with it:
      </p>
      <CodeBlock code="npm start" label="Shell" className="text-left" />
    </div>
  );
}
