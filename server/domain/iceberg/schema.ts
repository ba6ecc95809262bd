/** Iceberg table schema in its JSON form (spec: Appendix C, Schemas). */
export type PrimitiveType =
  | 'boolean'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'string'
  | 'uuid'
  | 'binary'
  | `decimal(${number},${number})`
  | `fixed[${number}]`
  // Spec prints a space after the comma; both are accepted everywhere and we write the spec's form.
  | `decimal(${number}, ${number})`
  | 'timestamp_ns'
  | 'timestamptz_ns';

export type ListType = {
  readonly type: 'list';
  readonly 'element-id': number;
  readonly element: Type;
  readonly 'element-required': boolean;
};

export type MapType = {
  readonly type: 'map';
  readonly 'key-id': number;
  readonly key: Type;
  readonly 'value-id': number;
  readonly value: Type;
  readonly 'value-required': boolean;
};

export type StructType = { readonly type: 'struct'; readonly fields: readonly Field[] };

export type Type = PrimitiveType | ListType | MapType | StructType;

export type Field = {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: Type;
  readonly doc?: string;
  /** Version 3: what rows written before the field existed hold, in the JSON single-value form. */
  readonly 'initial-default'?: unknown;
  /** Version 3: what writers fill in when a row has no value. */
  readonly 'write-default'?: unknown;
};

export type Schema = StructType & {
  readonly 'schema-id': number;
  readonly 'identifier-field-ids'?: readonly number[];
};
