'use client';

import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { TABLES_QUERY } from '@/components/sources/source-tables.tsx';
import { qualified } from '@/components/sources/table-pattern.ts';
import { Card, PageHeader } from '@/components/ui/card.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { bytesText, counted } from '@/components/ui/figures.ts';
import { Steps } from '@/components/ui/steps.tsx';
import { StepDestination } from './step-destination.tsx';
import { StepPreflight } from './step-preflight.tsx';
import { StepReview } from './step-review.tsx';
import { StepSource } from './step-source.tsx';
import { StepTables } from './step-tables.tsx';
import { STEPS, useWizard, type Wizard, type WizardStep } from './use-wizard.ts';
import { usualNamespace } from './wizard-draft.ts';

/** A pipeline in five steps. */
export function NewPipelineWizard() {
  const wizard = useWizard();
  const reason = useRefusal()('pipeline:write');
  const details = useSummary(wizard);
  return (
    <>
      <PageHeader title="New pipeline" meta="Keeps tables of the lake in step with a PostgreSQL database." />
      {reason === null ? (
        <div className="mt-6 grid items-start gap-6 lg:grid-cols-[15rem_minmax(0,1fr)]">
          <nav aria-label="Steps" className="lg:sticky lg:top-20">
            <Steps
              current={wizard.step}
              steps={STEPS.map((id) => ({ id, label: LABELS[id], detail: details[id] }))}
              onGo={(id) => {
                const step = STEPS.find((known) => known === id);
                if (step) wizard.go(step);
              }}
            />
          </nav>
          <CurrentStep wizard={wizard} />
        </div>
      ) : (
        <Card flush className="mt-6">
          <EmptyState icon={Lock} title="Your role may not create pipelines">
            {reason}
          </EmptyState>
        </Card>
      )}
    </>
  );
}

const LABELS: Readonly<Record<WizardStep, string>> = {
  source: 'Source',
  preflight: 'Preflight',
  tables: 'Tables',
  destination: 'Destination',
  review: 'Review',
};

function CurrentStep({ wizard }: { wizard: Wizard }) {
  const { step, sourceId } = wizard;
  if (step === 'source' || sourceId === null) return <StepSource wizard={wizard} />;
  if (step === 'preflight') return <StepPreflight wizard={wizard} sourceId={sourceId} />;
  if (step === 'tables') return <StepTables wizard={wizard} sourceId={sourceId} />;
  if (step === 'destination') return <StepDestination wizard={wizard} sourceId={sourceId} />;
  return <StepReview wizard={wizard} sourceId={sourceId} />;
}

/** What was decided in each step so far, in a few words. */
function useSummary({ sourceId, destinationId, draft, step }: Wizard): Partial<Record<WizardStep, string>> {
  const trpc = useTRPC();
  const source = useQuery(trpc.sources.get.queryOptions({ id: sourceId ?? '' }, { enabled: sourceId !== null })).data;
  const destination = useQuery(
    trpc.destinations.get.queryOptions({ id: destinationId ?? '' }, { enabled: destinationId !== null }),
  ).data;
  const tables = useQuery(
    trpc.sources.tables.queryOptions(
      { id: sourceId ?? '' },
      { ...TABLES_QUERY, enabled: sourceId !== null && STEPS.indexOf(step) >= STEPS.indexOf('tables') },
    ),
  ).data;
  const chosen = new Set(draft.tables.map(qualified));
  const bytes = tables?.items.reduce((sum, table) => sum + (chosen.has(qualified(table)) ? table.bytes : 0), 0);
  return {
    ...(source ? { source: `${source.name}, ${source.host}`, preflight: `PostgreSQL, ${source.database}` } : {}),
    ...(chosen.size > 0
      ? { tables: `${counted(chosen.size, 'table')}${bytes === undefined ? '' : `, ${bytesText(bytes)}`}` }
      : {}),
    ...(destination && source
      ? { destination: `${destination.name}, ${draft.namespace || usualNamespace(source.database)}` }
      : {}),
  };
}
