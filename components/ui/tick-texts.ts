/**
 * Texts of an axis, one per tick. Rounding gives several ticks the same text: only one that means what it says keeps it.
 * When `isEmpty`, nothing was measured above zero and the axis has no scale: zero alone is named.
 */
export function tickTexts(
  ticks: readonly number[],
  { format, isEmpty }: { format: (value: number) => string; isEmpty: boolean },
): string[] {
  if (isEmpty) return ticks.map((tick) => (tick === 0 ? format(tick) : ''));
  const texts = ticks.map(format);
  return texts.map((text, at) => {
    const same = ticks.filter((_, other) => texts[other] === text);
    const meant = same.find(Number.isInteger) ?? same[0];
    return ticks[at] === meant ? text : '';
  });
}
