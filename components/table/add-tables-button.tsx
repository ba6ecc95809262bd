'use client';

import { Plus } from 'lucide-react';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';

/** Opens the drawer in which tables are added, by the address. */
export function AddTablesButton() {
  const url = useUrlState();
  const reason = useRefusal()('pipeline:write');
  return (
    <Button icon={Plus} reason={reason} onClick={() => url.set({ adding: 'yes' }, { push: true })} className="ml-auto">
      Add tables
    </Button>
  );
}
