import type { ReactNode } from 'react';
import { Card } from './card.tsx';
import { ErrorState } from './error-state.tsx';
import { LoadMore } from './load-more.tsx';
import { TableSkeleton } from './skeleton.tsx';

/** A list that comes in pages, as an infinite query holds it. */
export type PagedList<Row> = {
  readonly data: { readonly pages: readonly { readonly items: readonly Row[]; readonly total?: number }[] } | undefined;
  readonly isPending: boolean;
  readonly isError: boolean;
  readonly error: unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly refetch: () => unknown;
  readonly fetchNextPage: () => unknown;
};

/** All rows that were fetched so far. */
export const rowsOf = <Row,>({ data }: Pick<PagedList<Row>, 'data'>): Row[] =>
  data?.pages.flatMap(({ items }) => items) ?? [];

type Props<Row> = {
  readonly list: PagedList<Row>;
  /** Of the skeleton. */
  readonly columns: number;
  /** Instead of the table when there is no row. */
  readonly empty: ReactNode;
  /** Draws the table; the footer fetches more. */
  readonly children: (rows: readonly Row[], footer: ReactNode) => ReactNode;
};

/** A card around a paged table: the shape of what comes, why it does not come, that there is nothing, or the rows. */
export function PagedCard<Row>({ list, columns, empty, children }: Props<Row>) {
  const rows = rowsOf(list);
  return (
    <Card flush>
      {list.isPending && <TableSkeleton columns={columns} />}
      {list.isError && (
        <div className="px-4 py-2">
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        </div>
      )}
      {!list.isPending && !list.isError && rows.length === 0 && empty}
      {rows.length > 0 &&
        children(
          rows,
          <LoadMore
            shown={rows.length}
            total={list.data?.pages[0]?.total}
            hasMore={list.hasNextPage}
            isLoading={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
          />,
        )}
    </Card>
  );
}
