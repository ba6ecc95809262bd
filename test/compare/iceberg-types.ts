/** The reader's own view of Iceberg's JSON (spec: Appendix C), apart from the writer's. */
export type Type = string | { type: 'list'; 'element-id': number; element: Type } | { type: 'struct' | 'map' };

export type TableField = { readonly id: number; readonly name: string; readonly type: Type };

export type LakeFile = {
  readonly path: string;
  readonly content: 'data' | 'position-deletes';
  readonly rows: bigint;
  readonly sequenceNumber: bigint;
};
