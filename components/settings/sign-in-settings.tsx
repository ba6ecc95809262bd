'use client';

import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Card, Section } from '@/components/ui/card.tsx';
import { ErrorState } from '@/components/ui/error-state.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { NoAccess } from './no-access.tsx';
import { OidcForm } from './oidc-form.tsx';

/** How people come in: by password, and through an identity provider. */
export function SignInSettings() {
  const trpc = useTRPC();
  const reason = useRefusal()('settings:read');
  const settings = useQuery(trpc.signIn.read.queryOptions({}, { enabled: reason === null }));
  if (reason !== null) return <NoAccess what="Sign-in is" reason={reason} />;
  if (settings.isError) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
  if (!settings.data) return <Skeleton className="h-96 w-full max-w-2xl" />;
  return (
    <div className="max-w-2xl space-y-8">
      <Section
        title="Password"
        description="Members who were invited sign in with their e-mail address and a password. Attempts are throttled."
      >
        <Card>
          <p className="flex items-center gap-2 text-sm">
            <CircleCheck className="size-4 text-running" aria-hidden="true" /> Always possible, so that nobody is locked
            out when the identity provider is away.
          </p>
        </Card>
      </Section>
      <OidcForm key={settings.data.oidc?.version ?? 'none'} settings={settings.data} />
    </div>
  );
}
