import document from '@/docs/openapi.json' with { type: 'json' };

export type Schema = { readonly [key: string]: unknown };

export type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
};

export type Answer = { readonly status: string; readonly description: string; readonly schema: Schema | null };

export type Operation = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** `source:read`, `signed-in` or `public`. */
  readonly right: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | null;
  readonly answers: readonly Answer[];
};

export const DESCRIPTION: string = document.info.description;
export const TAGS: readonly { readonly name: string; readonly description: string }[] = document.tags;
export const BASE: string = document.servers[0]?.url ?? '';

const schemas: Schema = document.components.schemas;
const responses: Schema = document.components.responses;

/** Every operation of the committed document, in its order. */
export const OPERATIONS: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries<unknown>(methods).flatMap(([method, operation]) =>
    isRecord(operation) ? [describe(method, path, operation)] : [],
  ),
);

/** What a reference leads to; other schemas are themselves. */
export function resolve(schema: Schema): Schema {
  const found = typeof schema.$ref === 'string' ? schemas[nameOf(schema.$ref)] : undefined;
  return isRecord(found) ? found : schema;
}

/** `Source` of `#/components/schemas/Source`. */
export function nameOf(reference: string): string {
  return reference.split('/').at(-1) ?? reference;
}

export function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function describe(method: string, path: string, operation: Schema): Operation {
  const parameters = Array.isArray(operation.parameters) ? operation.parameters.filter(isRecord) : [];
  const answers = isRecord(operation.responses) ? operation.responses : {};
  return {
    id: text(operation.operationId),
    method: method.toUpperCase(),
    path,
    tag: Array.isArray(operation.tags) ? text(operation.tags[0]) : '',
    summary: text(operation.summary),
    description: text(operation.description),
    right: text(operation['x-philotes-right']),
    parameters: parameters.map((parameter) => ({
      name: text(parameter.name),
      in: text(parameter.in),
      required: parameter.required === true,
      description: text(parameter.description) || text(isRecord(parameter.schema) ? parameter.schema.description : ''),
      schema: isRecord(parameter.schema) ? parameter.schema : {},
    })),
    body: contentOf(operation.requestBody),
    answers: Object.entries(answers).map(([status, given]) => {
      const answer = isRecord(given) && typeof given.$ref === 'string' ? responses[nameOf(given.$ref)] : given;
      return { status, description: isRecord(answer) ? text(answer.description) : '', schema: contentOf(answer) };
    }),
  };
}

function contentOf(part: unknown): Schema | null {
  const content = isRecord(part) && isRecord(part.content) ? Object.values(part.content)[0] : null;
  return isRecord(content) && isRecord(content.schema) ? content.schema : null;
}
