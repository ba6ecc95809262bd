'use client';

import { ExternalLink } from 'lucide-react';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Card, Facts, Section } from '@/components/ui/card.tsx';

/** Where the jobs of the workers can be looked at. */
export function Queues() {
  const refusal = useRefusal();
  const reason = refusal('queue:read');
  const look = 'See the queues';
  return (
    <Section
      title="Queues"
      description="Workers take their jobs from queues. What a pipeline needs is decided from its rows, so a queue can be emptied without losing data."
    >
      <Card>
        <Facts
          items={[
            { name: 'You may look', value: reason ?? 'Yes.' },
            { name: 'You may change', value: refusal('queue:manage') ?? 'Yes: retry, pause and remove jobs.' },
          ]}
        />
        <div className="mt-4">
          {reason ? (
            <Button icon={ExternalLink} reason={reason}>
              {look}
            </Button>
          ) : (
            <Button
              icon={ExternalLink}
              // The board is a program of its own: a full page, not a page of the console.
              onClick={() => window.location.assign('/admin/queues')}
            >
              {look}
            </Button>
          )}
        </div>
      </Card>
    </Section>
  );
}
