import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';

/** One document of a YAML file. */
export type ResourceDocument = {
  readonly value: unknown;
  /** The line of what stands at a path; of what holds it, where nothing does. */
  lineOf(path: readonly PropertyKey[]): number;
};

/** What is wrong in a file, and where. */
export type FileProblem = { readonly line: number; readonly reason: string };

/** The documents of a YAML text; what is not YAML is told to `problems` with its line. */
export function* readDocuments(text: string, problems: FileProblem[]): Generator<ResourceDocument> {
  const lines = new LineCounter();
  const lineAt = (offset: number) => lines.linePos(offset).line;
  for (const document of parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })) {
    if (!('contents' in document) || document.contents === null) continue;
    const [error] = document.errors;
    if (error) {
      problems.push({ line: lineAt(error.pos[0]), reason: `is not YAML: ${error.message}` });
      continue;
    }
    const { contents } = document;
    const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
    yield { value: document.toJS(), lineOf: (path) => lineAt(offsetOf(contents, path, resolved)) };
  }
}

/** Where the deepest part of a path begins that is there; a field begins with its name. */
function offsetOf(root: Node, path: readonly PropertyKey[], resolved: (node: unknown) => unknown): number {
  let offset = root.range?.[0] ?? 0;
  let node: unknown = root;
  for (const step of path) {
    const holder = resolved(node);
    if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair || !isScalar(pair.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq<Node>(holder)) {
      const item = holder.items[Number(step)];
      if (!item) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}
