'use client';

import { useDraft } from '@/components/form/draft.ts';
import { useUrlState } from '@/components/ui/url-state.ts';
import { EMPTY_DRAFT, readDraft, type WizardDraft } from './wizard-draft.ts';

export const STEPS = ['source', 'preflight', 'tables', 'destination', 'review'] as const;
export type WizardStep = (typeof STEPS)[number];

/** Where the wizard stands: the step and what it is about in the address, the rest in a draft of this browser. */
export function useWizard() {
  const url = useUrlState();
  const sourceId = url.get('source');
  const destinationId = url.get('destination');
  const { value, save, clear } = useDraft<WizardDraft>(`pipeline.${sourceId ?? ''}`, readDraft);
  const asked = STEPS.find((step) => step === url.get('step')) ?? 'source';
  return {
    sourceId,
    destinationId,
    /** Nothing comes before its source. */
    step: sourceId === null ? 'source' : asked,
    draft: value ?? EMPTY_DRAFT,
    save,
    clear,
    go: (step: WizardStep, change: { source?: string; destination?: string } = {}) =>
      url.set(
        { step, search: null, table: null, folded: null, service: null, adding: null, ...change },
        { push: true },
      ),
    url,
  } as const;
}
export type Wizard = ReturnType<typeof useWizard>;
