'use client';

// biome-ignore lint/style/noRestrictedImports: the one place that may.
import NextLink from 'next/link';
import { type ComponentProps, useState } from 'react';

/**
 * A way to another page, fetched as soon as somebody points at it. Fetching whatever is in sight, as Next.js does by itself, had a
 * page of fifty rows ask the server for fifty others, ahead of its own figures.
 */
export function Link({ onPointerEnter, onFocus, ...rest }: ComponentProps<typeof NextLink>) {
  const [isWanted, setWanted] = useState(false);
  return (
    <NextLink
      prefetch={isWanted}
      {...rest}
      onPointerEnter={(event) => {
        setWanted(true);
        onPointerEnter?.(event);
      }}
      onFocus={(event) => {
        setWanted(true);
        onFocus?.(event);
      }}
    />
  );
}
