'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, Slash } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Facts } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { SCOPE_WORDS } from './scope-words.ts';
import type { ApiKey } from './settings-types.ts';

/** One key: what it may do now, where it was used, and its end. */
export function ApiKeyDrawer({ apiKey, onClose }: { apiKey: ApiKey | undefined; onClose: () => void }) {
  return (
    <Drawer open={apiKey !== undefined} onClose={onClose} title={apiKey?.name ?? ''} description={apiKey?.owner.email}>
      {apiKey && <Detail apiKey={apiKey} />}
    </Drawer>
  );
}

function Detail({ apiKey }: { apiKey: ApiKey }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const refusal = useRefusal();
  const [isAsking, setAsking] = useState(false);
  const revoke = useMutation(
    trpc.apiKeys.revoke.mutationOptions({
      onSuccess: () => {
        toast.done(`API key ${apiKey.name} is revoked`);
        setAsking(false);
        return queries.invalidateQueries({ queryKey: trpc.apiKeys.pathKey() });
      },
    }),
  );
  const effective = new Set(apiKey.effectiveScopes);
  return (
    <div className="space-y-6">
      <Facts
        items={[
          {
            name: 'State',
            value: <StateBadge state={apiKey.state === 'owner-disabled' ? 'disabled' : apiKey.state} />,
          },
          { name: 'Token begins', value: <Identifier text={apiKey.prefix} /> },
          { name: 'Owner', value: apiKey.owner.email },
          { name: 'Made', value: <RelativeTime at={apiKey.createdAt} /> },
          { name: 'Ends', value: apiKey.expiresAt ? <RelativeTime at={apiKey.expiresAt} /> : 'When it is revoked' },
          { name: 'Last used', value: apiKey.lastUsedAt ? <RelativeTime at={apiKey.lastUsedAt} /> : 'Never' },
          {
            name: 'Last used from',
            value: apiKey.lastUsedFrom ? <Identifier text={apiKey.lastUsedFrom} /> : 'Nowhere',
          },
        ]}
      />
      <div>
        <p className="mb-2 text-sm font-medium">What it may do</p>
        <ul className="space-y-1.5 text-sm">
          {apiKey.scopes.map((scope) => (
            <li key={scope} className="flex items-start gap-2">
              {effective.has(scope) ? (
                <Check className="mt-0.5 size-4 shrink-0 text-running" aria-label="may" />
              ) : (
                <Slash className="mt-0.5 size-4 shrink-0 text-faint" aria-label="may not" />
              )}
              <span className={effective.has(scope) ? '' : 'text-muted'}>
                {SCOPE_WORDS[scope].can}
                {!effective.has(scope) && ': not now'}
              </span>
            </li>
          ))}
        </ul>
      </div>
      <div className="border-t border-line pt-4">
        <Button
          kind="danger"
          reason={
            apiKey.state === 'revoked' || apiKey.state === 'expired'
              ? 'It does not work any more.'
              : refusal('api-key:manage')
          }
          onClick={() => setAsking(true)}
        >
          Revoke API key
        </Button>
      </div>
      <ConfirmDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={`Revoke API key ${apiKey.name}?`}
        consequences={[
          'Whatever uses it is refused from the next request on.',
          'It cannot be taken back: make a new key.',
        ]}
        stays={['The audit log keeps what was done with it.']}
        action="Revoke API key"
        acting="Revoking"
        isDanger
        isPending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoke.mutate({ id: apiKey.id, version: apiKey.version })}
      />
    </div>
  );
}
