'use client';

import { useMutation } from '@tanstack/react-query';
import { CircleCheck, CircleX, PlugZap, TriangleAlert } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { sentence } from '@/components/ui/problem.ts';

const SHOWN = {
  error: { icon: CircleX, tone: 'text-failed' },
  warning: { icon: TriangleAlert, tone: 'text-attention' },
  ok: { icon: CircleCheck, tone: 'text-running' },
} as const;

/** Asks an issuer what it can do, before anybody depends on it. */
export function TestIssuer({ issuer, reason }: { issuer: string; reason: string | null }) {
  const trpc = useTRPC();
  const test = useMutation(trpc.signIn.test.mutationOptions());
  return (
    <div className="space-y-3">
      <Button
        icon={PlugZap}
        reason={reason ?? (issuer.trim() === '' ? 'Enter the issuer first.' : null)}
        pending={test.isPending && 'Testing'}
        onClick={() => test.mutate({ issuer: issuer.trim() })}
      >
        Test sign-in
      </Button>
      <div aria-live="polite">
        {test.isError && <ErrorNote error={test.error} />}
        {test.data && (
          <Card flush>
            <ul className="divide-y divide-line">
              {test.data.findings.map(({ severity, message, remedy }) => {
                const { icon: Icon, tone } = SHOWN[severity];
                return (
                  <li key={message} className="flex gap-2.5 px-4 py-2.5 text-sm">
                    <Icon className={`mt-0.5 size-4 shrink-0 ${tone}`} aria-hidden="true" />
                    <div className="min-w-0">
                      <p>{sentence(message)}</p>
                      {remedy && <p className="text-muted">{remedy}</p>}
                    </div>
                  </li>
                );
              })}
            </ul>
          </Card>
        )}
      </div>
    </div>
  );
}
