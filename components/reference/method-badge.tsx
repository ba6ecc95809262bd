import { Badge, type Tone } from '@/components/ui/badge.tsx';

const TONES: Readonly<Record<string, Tone>> = {
  GET: 'accent',
  POST: 'running',
  PATCH: 'paused',
  PUT: 'paused',
  DELETE: 'failed',
};

export function MethodBadge({ method }: { method: string }) {
  return (
    <span className="inline-block w-16 font-mono">
      <Badge tone={TONES[method] ?? 'idle'}>{method}</Badge>
    </span>
  );
}
