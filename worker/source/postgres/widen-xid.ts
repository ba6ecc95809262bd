/**
 * The 64-bit transaction id that a 32-bit one stands for, given a recent 64-bit id of the same server: the nearest one
 * that ends in these bits (manual: "Transactions and Identifiers"). Exact below 2^53, which no server reaches.
 */
export const widenXid = (xid: number, reference: number): number => reference + ((xid - reference) | 0);
