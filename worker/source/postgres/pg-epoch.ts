/** PostgreSQL counts microseconds from 2000-01-01 UTC; everything here counts from 1970. */
export const PG_EPOCH_US = 946_684_800_000_000n;
