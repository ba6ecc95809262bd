import type { source } from '@/db/schema/definitions.ts';

/** A source as every interface shows it. Its password can be set and never read. */
export type SourceView = {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly hasPassword: boolean;
  readonly tlsMode: string;
  readonly tlsCa: string | null;
  readonly version: string;
  readonly createdAt: string;
  readonly updatedAt: string;
};

export const sourceView = (row: typeof source.$inferSelect): SourceView => ({
  id: row.id,
  name: row.name,
  host: row.host,
  port: row.port,
  database: row.database,
  username: row.username,
  hasPassword: row.passwordSealed !== null,
  tlsMode: row.tlsMode,
  tlsCa: row.tlsCa,
  version: row.version.toString(),
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
});
