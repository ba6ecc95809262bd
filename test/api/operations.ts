import document from '@/docs/openapi.json' with { type: 'json' };
import { isSchema, type Schema } from './from-schema.ts';

export type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Schema;
};
export type Operation = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | null;
  readonly statuses: readonly string[];
};

export const SCHEMAS: Readonly<Record<string, Schema>> = document.components.schemas;

/** Every operation of the committed document. */
export const OPERATIONS: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries<unknown>(methods).flatMap(([method, operation]) =>
    isSchema(operation) ? [{ path, method: method.toUpperCase(), ...partsOf(operation) }] : [],
  ),
);

function partsOf(operation: Schema): Pick<Operation, 'id' | 'parameters' | 'body' | 'statuses'> {
  const parameters = Array.isArray(operation.parameters) ? operation.parameters.filter(isSchema) : [];
  return {
    id: String(operation.operationId),
    parameters: parameters.map((parameter) => ({
      name: String(parameter.name),
      in: String(parameter.in),
      required: parameter.required === true,
      schema: isSchema(parameter.schema) ? parameter.schema : {},
    })),
    body: at(operation, 'requestBody', 'content', 'application/json', 'schema'),
    statuses: Object.keys(isSchema(operation.responses) ? operation.responses : {}),
  };
}

function at(value: Schema, ...names: string[]): Schema | null {
  return names.reduce<Schema | null>((present, name) => {
    const next = present?.[name];
    return isSchema(next) ? next : null;
  }, value);
}
