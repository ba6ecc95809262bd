import type { ReactNode } from 'react';
import { Badge } from '@/components/ui/badge.tsx';
import { isRecord, nameOf, resolve, type Schema } from './document.ts';
import { limitsOf, typeName } from './type-name.ts';

const DEPTH_MAX = 4;

/** The fields of a schema, with what is inside them folded away. */
export function SchemaView({ schema, depth = 0 }: { schema: Schema; depth?: number }): ReactNode {
  const inner = insideOf(schema);
  if (inner === null) return <p className="text-sm text-muted">{typeName(schema)}</p>;
  if (inner.kind === 'choices') {
    return inner.choices.map((choice, index) => (
      <div key={typeName(choice) + String(index)} className="border-l border-line pl-3 not-first:mt-3">
        <p className="mb-1 text-xs text-faint">{index === 0 ? 'Either' : 'or'}</p>
        <SchemaView schema={choice} depth={depth + 1} />
      </div>
    ));
  }
  const { required: names, properties: fields } = inner.schema;
  const required = new Set(Array.isArray(names) ? names : []);
  const properties = isRecord(fields) ? Object.entries(fields) : [];
  return (
    <ul className="divide-y divide-line text-sm">
      {properties.map(([name, property]) => (
        <Field
          key={name}
          name={name}
          schema={isRecord(property) ? property : {}}
          isRequired={required.has(name)}
          depth={depth}
        />
      ))}
    </ul>
  );
}

type FieldProps = { name: string; schema: Schema; isRequired: boolean; depth: number };

function Field({ name, schema, isRequired, depth }: FieldProps) {
  const limits = limitsOf(schema);
  const hasInside = depth < DEPTH_MAX && insideOf(schema) !== null;
  return (
    <li className="py-2">
      <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
        <code className="font-mono text-xs font-semibold">{name}</code>
        <span className="min-w-0 font-mono text-xs break-words text-muted">{typeName(schema)}</span>
        {isRequired && <Badge>required</Badge>}
      </p>
      {typeof schema.description === 'string' && <p className="mt-0.5 text-muted">{schema.description}</p>}
      {limits && <p className="mt-0.5 font-mono text-xs break-all text-faint">{limits}</p>}
      {hasInside && (
        <details className="mt-1">
          <summary className="w-fit cursor-pointer text-xs text-accent">Fields of {name}</summary>
          <div className="mt-1 border-l border-line pl-3">
            <SchemaView schema={schema} depth={depth + 1} />
          </div>
        </details>
      )}
    </li>
  );
}

type Inside = { kind: 'object'; schema: Schema } | { kind: 'choices'; choices: readonly Schema[] };

/** What there is to unfold: an object, or the choices; lists show their entries. Null for plain values. */
function insideOf(schema: Schema): Inside | null {
  const found = resolve(schema);
  if (found.type === 'array') return isRecord(found.items) ? insideOf(found.items) : null;
  if (isRecord(found.properties)) return { kind: 'object', schema: found };
  if (isRecord(found.additionalProperties)) return insideOf(found.additionalProperties);
  const choices = found.anyOf ?? found.oneOf;
  if (!Array.isArray(choices)) return null;
  const complex = choices.filter(isRecord).filter((choice) => insideOf(choice) !== null);
  const [only] = complex;
  if (only === undefined) return null;
  return complex.length === 1 ? insideOf(only) : { kind: 'choices', choices: complex };
}

/** The name of a schema that is kept under one. */
export const schemaName = (schema: Schema): string | null =>
  typeof schema.$ref === 'string' ? nameOf(schema.$ref) : null;
