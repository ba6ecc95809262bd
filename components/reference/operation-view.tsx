import { Badge, type Tone } from '@/components/ui/badge.tsx';
import { Card, PageHeader, Section } from '@/components/ui/card.tsx';
import { CodeBlock } from '@/components/ui/code-block.tsx';
import { Link } from '@/components/ui/link.tsx';
import { type Answer, BASE, type Operation, type Parameter } from './document.ts';
import { exampleRequest } from './example.ts';
import { MethodBadge } from './method-badge.tsx';
import { MarkedText, PlainMarkdown } from './plain-markdown.tsx';
import { SchemaView, schemaName } from './schema-view.tsx';
import { limitsOf, typeName } from './type-name.ts';

const PLACES = [
  ['path', 'In the path'],
  ['query', 'In the query'],
  ['header', 'Headers'],
] as const;

/** One operation: how it is asked, and what it may answer. */
export function OperationView({ operation, site }: { operation: Operation; site: string }) {
  const { method, path, summary, description, parameters, body, answers } = operation;
  return (
    <div className="space-y-8">
      <div>
        <Link href="/docs/api" className="text-sm text-accent underline underline-offset-2">
          API reference
        </Link>
        <div className="mt-2">
          <PageHeader
            title={summary}
            meta={
              <span className="flex flex-wrap items-baseline gap-x-2">
                <MethodBadge method={method} />
                <code className="font-mono text-xs break-all">
                  {BASE}
                  {path}
                </code>
              </span>
            }
          />
        </div>
        <div className="mt-4">
          <PlainMarkdown text={description} />
        </div>
      </div>
      <CodeBlock label="request" code={exampleRequest(operation, site)} />
      {PLACES.map(([place, title]) => {
        const given = parameters.filter((parameter) => parameter.in === place);
        return given.length === 0 ? null : (
          <Section key={place} title={title}>
            <Card>
              <ul className="-my-2 divide-y divide-line">
                {given.map((parameter) => (
                  <ParameterRow key={parameter.name} parameter={parameter} />
                ))}
              </ul>
            </Card>
          </Section>
        );
      })}
      {body && (
        <Section title="Body" description="JSON. Fields that are not listed are refused.">
          <Card>
            <SchemaView schema={body} />
          </Card>
        </Section>
      )}
      <Section title="Answers">
        <div className="space-y-3">
          {answers.map((answer) => (
            <AnswerCard key={answer.status} answer={answer} />
          ))}
        </div>
      </Section>
    </div>
  );
}

function ParameterRow({ parameter: { name, schema, required, description } }: { parameter: Parameter }) {
  const limits = limitsOf(schema);
  return (
    <li className="py-2 text-sm">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <code className="font-mono text-xs font-semibold">{name}</code>
        <span className="font-mono text-xs break-words text-muted">{typeName(schema)}</span>
        {required && <Badge>required</Badge>}
      </p>
      {description && (
        <p className="mt-0.5 text-muted">
          <MarkedText text={description} />
        </p>
      )}
      {limits && <p className="mt-0.5 font-mono text-xs break-all text-faint">{limits}</p>}
    </li>
  );
}

const toneOf = (status: string): Tone =>
  status.startsWith('2') ? 'running' : status.startsWith('4') ? 'paused' : 'failed';

function AnswerCard({ answer: { status, description, schema } }: { answer: Answer }) {
  const isProblem = !status.startsWith('2');
  const name = schema && schemaName(schema);
  return (
    <Card>
      <p className="flex flex-wrap items-baseline gap-x-3 text-sm">
        <Badge tone={toneOf(status)}>{status}</Badge>
        <span>
          <MarkedText text={description} />
        </span>
        {isProblem && <span className="text-xs text-faint">Problem</span>}
        {!isProblem && name && <code className="font-mono text-xs text-faint">{name}</code>}
      </p>
      {!isProblem && schema && (
        <div className="mt-2">
          <SchemaView schema={schema} />
        </div>
      )}
    </Card>
  );
}
