import { Card, PageHeader, Section } from '@/components/ui/card.tsx';
import { CodeBlock } from '@/components/ui/code-block.tsx';
import { Link } from '@/components/ui/link.tsx';
import { BASE, DESCRIPTION, OPERATIONS, TAGS } from './document.ts';
import { MethodBadge } from './method-badge.tsx';
import { PlainMarkdown } from './plain-markdown.tsx';

/** The reference's first page: how the API works, and all that it offers. */
export function OperationList({ site }: { site: string }) {
  const tags = TAGS.map((tag) => ({
    ...tag,
    operations: OPERATIONS.filter((operation) => operation.tag === tag.name),
  }));
  return (
    <div className="space-y-8">
      <PageHeader
        title="API reference"
        meta={
          <>
            {OPERATIONS.length} operations under <code className="font-mono text-xs">{BASE}</code> ·{' '}
            <a href={`${BASE}/openapi.json`} className="text-accent underline underline-offset-2">
              OpenAPI document
            </a>{' '}
            ·{' '}
            <Link href="/docs/errors" className="text-accent underline underline-offset-2">
              Error codes
            </Link>
          </>
        }
      />
      <div>
        <PlainMarkdown text={DESCRIPTION} />
      </div>
      <CodeBlock
        label="request"
        code={`curl ${site}${BASE}/pipelines \\\n  -H "Authorization: Bearer $PHILOTES_API_KEY"`}
      />
      {tags
        .filter(({ operations }) => operations.length > 0)
        .map(({ name, description, operations }) => (
          <Section key={name} title={name} description={description} id={name.toLowerCase().replace(/\W+/g, '-')}>
            <Card flush>
              <ul className="divide-y divide-line">
                {operations.map(({ id, method, path, summary }) => (
                  <li key={id}>
                    <Link
                      href={`/docs/api/${id}`}
                      className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2.5 text-sm hover:bg-raised"
                    >
                      <MethodBadge method={method} />
                      <code className="min-w-0 grow basis-64 font-mono text-xs break-all">{path}</code>
                      <span className="basis-72 text-muted">{summary}</span>
                    </Link>
                  </li>
                ))}
              </ul>
            </Card>
          </Section>
        ))}
    </div>
  );
}
