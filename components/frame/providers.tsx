'use client';

import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';
import { ApiProvider } from '@/components/api/providers.tsx';
import { ToastProvider } from '@/components/ui/toast.tsx';

const TOOLTIP_AFTER_MS = 300;

/** What every page of the console finds above itself: the API, toasts and tooltips. */
export function Providers({ children }: { children: ReactNode }) {
  return (
    <ApiProvider>
      <Tooltip.Provider delayDuration={TOOLTIP_AFTER_MS}>
        <ToastProvider>{children}</ToastProvider>
      </Tooltip.Provider>
    </ApiProvider>
  );
}
