declare module 'parquetjs-lite' {
  type Field = {
    type: 'UTF8' | 'BOOLEAN' | 'DOUBLE' | 'INT64' | 'JSON' | 'TIMESTAMP_MILLIS';
    optional?: boolean;
    compression?: 'UNCOMPRESSED' | 'GZIP';
  };
  type Done = (error?: Error) => void;

  export type { ParquetSchema };

  class ParquetSchema {
    constructor(fields: Record<string, Field>);
  }

  class ParquetWriter {
    static openStream(
      schema: ParquetSchema,
      output: { write(bytes: Buffer, done: Done): void; end(done: Done): void },
      options: { rowGroupSize?: number; pageSize?: number },
    ): Promise<ParquetWriter>;
    appendRow(row: Record<string, unknown>): Promise<void>;
    close(): Promise<void>;
  }

  /** A CommonJS module: Node finds no named exports in it. */
  const parquet: { readonly ParquetSchema: typeof ParquetSchema; readonly ParquetWriter: typeof ParquetWriter };
  export default parquet;
}
