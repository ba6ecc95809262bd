'use client';

import type { ReactNode } from 'react';
import { PageHeader } from '@/components/ui/card.tsx';
import { RouteTabs } from '@/components/ui/route-tabs.tsx';

const TABS = [
  { href: '/settings/members', label: 'Members' },
  { href: '/settings/sign-in', label: 'Sign-in' },
  { href: '/settings/api-keys', label: 'API keys' },
  { href: '/settings/audit', label: 'Audit' },
  { href: '/settings/queues', label: 'Queues' },
  { href: '/settings/system', label: 'System' },
  { href: '/settings/profile', label: 'Your profile' },
];

/** What every page of the settings has above itself. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  return (
    <>
      <PageHeader title="Settings" />
      <div className="mt-4 mb-6">
        <RouteTabs label="Settings" tabs={TABS} />
      </div>
      {children}
    </>
  );
}
