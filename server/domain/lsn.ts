declare const lsnBrand: unique symbol;

/** A position in the source's write-ahead log, 64 bits. Totally ordered; compare with `<` and `>`. */
export type Lsn = bigint & { readonly [lsnBrand]: true };

export const ZERO_LSN = 0n as Lsn;

/** Parses PostgreSQL's text form, `16/B374D848` (manual: pg_lsn type). Throws TypeError on anything else. */
export function parseLsn(text: string): Lsn {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (!match) throw new TypeError(`not an LSN: "${text}"`);
  return ((BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`)) as Lsn;
}

export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

/** Brands an unsigned 64-bit number read from the wire. */
export const toLsn = (value: bigint): Lsn => BigInt.asUintN(64, value) as Lsn;
