import { Button } from './button.tsx';
import { exactCount } from './figures.ts';

/** The end of a paged list: how much shows, and the next page. */
export function LoadMore({
  shown,
  total,
  hasMore,
  isLoading,
  onMore,
}: {
  shown: number;
  total?: number | undefined;
  hasMore: boolean;
  isLoading: boolean;
  onMore: () => void;
}) {
  if (!hasMore && shown < 20) return null;
  return (
    <div className="flex items-center justify-between gap-4 border-t border-line px-4 py-2 text-xs text-muted">
      <span className="tabular-nums">
        {exactCount(shown)}
        {total === undefined ? '' : ` of ${exactCount(total)}`} shown
      </span>
      {hasMore && (
        <Button onClick={onMore} pending={isLoading && 'Loading'}>
          Load more
        </Button>
      )}
    </div>
  );
}
