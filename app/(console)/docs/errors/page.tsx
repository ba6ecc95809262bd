import type { Metadata } from 'next';
import { ErrorCodeList } from '@/components/reference/error-codes.tsx';

export const metadata: Metadata = { title: 'Error codes' };

export default function Page() {
  return <ErrorCodeList />;
}
