import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ErrorCodePage, isErrorCode } from '@/components/reference/error-codes.tsx';

type Props = { params: Promise<{ code: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).code };
}

export default async function Page({ params }: Props) {
  const { code } = await params;
  if (!isErrorCode(code)) notFound();
  return <ErrorCodePage code={code} />;
}
