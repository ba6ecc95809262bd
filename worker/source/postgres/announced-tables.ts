import type { Client } from 'pg';
import type { BoundRules } from '@/server/domain/column-rules.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import type { ToldAt, ToldColumn } from '@/server/domain/told-columns.ts';
import { visibleSchema } from '@/server/domain/visible-schema.ts';
import { AppError } from '@/server/errors/app-error.ts';
import { type StreamTable, streamTable } from './growing-block.ts';
import type { Relation } from './pgoutput.ts';
import { resolveRelation } from './relation-schema.ts';

export type AnnouncedTablesOptions = {
  /** Only these tables (pg_class oids); default: all of the publication. */
  readonly tables?: ReadonlySet<number>;
  /** A table's columns as last known, for its first announcement: the catalog may be further already. */
  readonly lastSchema?: (oid: number) => Promise<TableSchema | null>;
  /** What a source tells of the columns itself is kept across sessions with these; without them it is not listened to. */
  readonly told?:
    | {
        /** The newest that was kept up to where the stream begins. */
        readonly last: (oid: number) => Promise<readonly ToldColumn[] | null>;
        readonly keep: (told: ToldAt) => Promise<void>;
        /** Called when the source does not tell any more. */
        readonly forget: () => Promise<void>;
      }
    | undefined;
  /** What is left out or masked of a table's columns. */
  readonly rulesOf?: (oid: number) => Promise<BoundRules | null>;
  /** Of hashed columns. */
  readonly maskSalt?: Buffer;
};

/** The tables that a stream has announced, as their rows are to be read now. */
export class AnnouncedTables {
  readonly #catalog: Client;
  readonly #options: AnnouncedTablesOptions;
  /** By oid: the schema in force; null for tables that are not ours. */
  readonly #tables = new Map<number, StreamTable | null>();
  /** By oid: the columns as the source told of them last. */
  readonly #told = new Map<number, readonly ToldColumn[]>();

  constructor(catalog: Client, options: AnnouncedTablesOptions) {
    this.#catalog = catalog;
    this.#options = options;
  }

  /** Null for what is not ours. Throws SOURCE_PROTOCOL for a table that was never announced. */
  get(oid: number): StreamTable | null {
    const table = this.#tables.get(oid);
    if (table === undefined) throw new AppError('SOURCE_PROTOCOL', `a change of table ${oid} came before its columns`);
    return table;
  }

  /** Null when nothing has to be awaited before the table's first row; else nothing may be read until then. */
  announce(relation: Relation): Promise<void> | null {
    const { oid } = relation;
    const { tables } = this.#options;
    if (!tables || tables.has(oid)) return this.#take(relation);
    this.#tables.set(oid, null);
    return null;
  }

  /** What the source told of a table's columns holds from here on. Nothing may be read until it is kept. */
  tell(told: ToldAt, { isKept }: { isKept: boolean }): Promise<void> | null {
    const { tables } = this.#options;
    if (tables && !tables.has(told.oid)) return null;
    this.#told.set(told.oid, told.columns);
    return isKept ? null : (this.#options.told?.keep(told) ?? null);
  }

  async #take(relation: Relation): Promise<void> {
    const previous = this.#tables.get(relation.oid);
    const resolved = await this.#resolve(relation, previous?.sent);
    // What is sent may have changed where what is shown has not.
    const isSame = previous?.hash === resolved.hash && previous.plan === null && resolved.plan === null;
    if (!isSame) this.#tables.set(relation.oid, resolved);
  }

  async #resolve(relation: Relation, announced: TableSchema | undefined): Promise<StreamTable> {
    const { oid } = relation;
    const { lastSchema, rulesOf, maskSalt: salt = null } = this.#options;
    const previous = announced ?? (await lastSchema?.(oid)) ?? undefined;
    const told = this.#told.get(oid) ?? (await this.#options.told?.last(oid)) ?? null;
    const { schema: sent, unsure } = await resolveRelation(this.#catalog, { relation, previous, told });
    const rules = (await rulesOf?.(oid)) ?? null;
    if (!rules) return streamTable(sent);
    const schema = visibleSchema(sent, rules);
    // Renamed twice while the stream was behind: it may be a column that is to be hidden.
    const doubtful = schema.columns.filter(({ name }) => unsure.includes(name) && !Object.hasOwn(rules.columns, name));
    const [first] = doubtful;
    if (!first) return streamTable(sent, { schema, salt });
    const columns = schema.columns.filter((column) => !doubtful.includes(column));
    const unfit = `column ${first.name} cannot be told from those that rules hide`;
    return streamTable(sent, { schema: { ...schema, columns, unfit }, salt });
  }
}
