/** Reads PostgreSQL's text form of a one-dimensional array (manual: Array Input and Output Syntax). */
export function parseArray(text: string): Array<string | null> {
  // Bounds other than 1 are printed in front: `[5:6]={1,2}`.
  const body = text.slice(text.indexOf('{') + 1, -1);
  const items: Array<string | null> = [];
  for (let at = 0; at < body.length; ) {
    if (body[at] === '{') throw new Error('an array of arrays');
    const [item, end] = body[at] === '"' ? quoted(body, at) : bare(body, at);
    items.push(item);
    at = end + 1; // Behind the comma.
  }
  return items;
}

function quoted(body: string, start: number): [item: string, end: number] {
  let item = '';
  let at = start + 1;
  for (; body[at] !== '"'; at++) {
    if (at >= body.length) throw new Error('an array element without its closing quote');
    if (body[at] === '\\') at++;
    item += body[at];
  }
  return [item, at + 1];
}

function bare(body: string, start: number): [item: string | null, end: number] {
  const comma = body.indexOf(',', start);
  const end = comma === -1 ? body.length : comma;
  const item = body.slice(start, end);
  return [item === 'NULL' ? null : item, end];
}
