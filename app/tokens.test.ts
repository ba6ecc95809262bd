import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const SCHEMES = ['light', 'dark'] as const;
type Rgb = readonly [number, number, number];

const GROUNDS = ['canvas', 'surface', 'raised', 'overlay'];
const TEXTS = ['ink', 'muted', 'faint', 'accent', 'accent-hover'];
const STATES = ['running', 'copying', 'paused', 'attention', 'failed', 'idle'];
/** How much of a state's colour its badge is tinted with; see components/ui/badge.tsx. */
const TINT = 0.1;

describe.each(SCHEMES)('%s', (scheme) => {
  const color = (name: string) => read(name, scheme);

  test.each(TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground])))(
    '%s is readable on %s',
    (text, ground) => {
      expect(contrast(color(text), color(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(STATES.flatMap((state) => GROUNDS.map((ground) => [state, ground])))(
    '%s is readable on %s and on its own tint there',
    (state, ground) => {
      expect(contrast(color(state), color(ground))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(color(state), mix(color(state), color(ground), TINT))).toBeGreaterThanOrEqual(4.5);
    },
  );

  test('the label of a primary button is readable, also under the pointer', () => {
    expect(contrast(color('accent-ink'), color('accent'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(color('accent-ink'), color('accent-hover'))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['captured', 'committed', 'freshness', 'buffer', 'wal'])('the %s line stands out from a card', (series) => {
    expect(contrast(color(`series-${series}`), color('surface'))).toBeGreaterThanOrEqual(3);
  });
});

test('every colour has a light and a dark value under one name', () => {
  const declared = [...css.matchAll(/^ {2}--([a-z-]+): (.*);$/gm)].filter(([, , value]) => /#|rgb/.test(value ?? ''));
  expect(declared.length).toBeGreaterThan(20);
  expect(declared.filter(([, , value]) => !value?.startsWith('light-dark('))).toEqual([]);
});

function read(name: string, scheme: (typeof SCHEMES)[number]): Rgb {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css);
  const hex = found?.[scheme === 'light' ? 1 : 2];
  if (!hex) throw new Error(`there is no token ${name}`);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}

const mix = (over: Rgb, under: Rgb, share: number): Rgb => [
  over[0] * share + under[0] * (1 - share),
  over[1] * share + under[1] * (1 - share),
  over[2] * share + under[2] * (1 - share),
];

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(one: Rgb, other: Rgb): number {
  const [bright, dark] = [luminance(one), luminance(other)].sort((left, right) => right - left) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
