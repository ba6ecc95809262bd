import { Lock } from 'lucide-react';
import { Card } from '@/components/ui/card.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';

/** In place of what a role may not see. */
export function NoAccess({ what, reason }: { what: string; reason: string }) {
  return (
    <Card flush>
      <EmptyState icon={Lock} title={`${what} not open to your role`}>
        {reason}
      </EmptyState>
    </Card>
  );
}
