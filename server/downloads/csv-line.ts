/** Spreadsheets run what begins so (OWASP: CSV injection); a leading tab or CR is skipped by some before they look. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/**
 * One line of CSV after RFC 4180, every cell quoted. A text that a spreadsheet would run as a formula gets an apostrophe in
 * front, which is what people type there to say that it is text.
 */
export const csvLine = (cells: readonly (string | number | boolean | null)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`;

function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}
