declare module 'parquetjs-lite' {
  type Field = {
    type: 'UTF8' | 'BOOLEAN' | 'DOUBLE' | 'INT64' | 'JSON' | 'TIMESTAMP_MILLIS';
    optional?: boolean;
    compression?: 'UNCOMPRESSED' | 'GZIP';
  };
  type Done = (error?: Error) => void;

  export class ParquetSchema {
    constructor(fields: Record<string, Field>);
  }

  export class ParquetWriter {
    static openStream(
      schema: ParquetSchema,
      output: { write(bytes: Buffer, done: Done): void; end(done: Done): void },
      options: { rowGroupSize?: number; pageSize?: number },
    ): Promise<ParquetWriter>;
    appendRow(row: Record<string, unknown>): Promise<void>;
    close(): Promise<void>;
  }
}
