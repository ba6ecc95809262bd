/** A table with a heading row; cells are one line each. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Says where a generated page comes from. */
export const generatedBy = (source: string): string =>
  `<!-- Generated from ${source} by \`npm run generate-docs\`. Do not edit. -->`;
