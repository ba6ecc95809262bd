const QUOTE = 0x22;
/** Below this length a loop in JavaScript beats the call into native code. */
const LOOP_BYTES_MAX = 256;

/** Writes bytes `from` to `end` of `bytes` in quotes, with those inside doubled; needs room for twice as many and two. Returns where it ended. */
export function writeQuoted(out: Buffer, start: number, bytes: Buffer, from: number, end: number): number {
  let to = start;
  out[to++] = QUOTE;
  if (end - from <= LOOP_BYTES_MAX) {
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number;
      out[to++] = byte;
      if (byte === QUOTE) out[to++] = QUOTE;
    }
  } else {
    to = copyDoublingQuotes(out, to, bytes.subarray(from, end));
  }
  out[to++] = QUOTE;
  return to;
}

function copyDoublingQuotes(out: Buffer, start: number, value: Buffer): number {
  let to = start;
  let from = 0;
  for (let quote = value.indexOf(QUOTE); quote !== -1; quote = value.indexOf(QUOTE, from)) {
    to += value.copy(out, to, from, quote + 1);
    out[to++] = QUOTE;
    from = quote + 1;
  }
  return to + value.copy(out, to, from);
}

/** Writes the digits of a whole number that is not negative; returns where it ended. */
export function writeDecimal(out: Buffer, start: number, value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  let rest = value;
  for (let at = start + digits - 1; at >= start; at--) {
    const next = Math.floor(rest / 10);
    out[at] = 0x30 + (rest - next * 10);
    rest = next;
  }
  return start + digits;
}
