import { Card, Facts, PageHeader } from '@/components/ui/card.tsx';
import { Link } from '@/components/ui/link.tsx';
import { ERROR_CODES, type ErrorCode } from '@/server/errors/codes.ts';

const RETRIES = {
  automatic: 'It is tried again by itself',
  manual: 'It waits for a person',
  never: 'It is not repeated as it is',
} as const;

/** Every coded failure, with its cause. */
export function ErrorCodeList() {
  return (
    <div className="space-y-6">
      <PageHeader
        title="Error codes"
        meta="What the API answers with, what pipelines stop for, and what the command line prints."
      />
      <Card flush>
        <ul className="divide-y divide-line">
          {Object.entries(ERROR_CODES).map(([code, { cause }]) => (
            <li key={code}>
              <Link
                href={`/docs/errors/${code}`}
                className="flex flex-wrap gap-x-4 gap-y-0.5 px-4 py-2.5 text-sm hover:bg-raised"
              >
                <code className="basis-64 font-mono text-xs leading-5">{code}</code>
                <span className="min-w-0 grow basis-80 text-muted">{cause}</span>
              </Link>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code);

/** One coded failure: why it happens and what to do. */
export function ErrorCodePage({ code }: { code: ErrorCode }) {
  const { cause, remedy, http, retry } = ERROR_CODES[code];
  return (
    <div className="space-y-6">
      <div>
        <Link href="/docs/errors" className="text-sm text-accent underline underline-offset-2">
          Error codes
        </Link>
        <div className="mt-2">
          <PageHeader title={<code className="font-mono text-lg">{code}</code>} />
        </div>
      </div>
      <Card>
        <Facts
          items={[
            { name: 'Cause', value: cause },
            { name: 'Remedy', value: remedy },
            { name: 'Then', value: RETRIES[retry] },
            { name: 'HTTP status', value: http },
          ]}
        />
      </Card>
    </div>
  );
}
