/** The first items of a list, or all of them. */
export async function collect<Item>(items: AsyncIterable<Item>, max = Number.POSITIVE_INFINITY): Promise<Item[]> {
  const taken: Item[] = [];
  if (max <= 0) return taken;
  for await (const item of items) {
    taken.push(item);
    if (taken.length >= max) break;
  }
  return taken;
}
