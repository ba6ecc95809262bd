import type { ReactNode } from 'react';
import { SourceFrame } from '@/components/sources/source-frame.tsx';

type Props = { readonly params: Promise<{ id: string }>; readonly children: ReactNode };

export default async function Layout({ params, children }: Props) {
  return <SourceFrame id={(await params).id}>{children}</SourceFrame>;
}
