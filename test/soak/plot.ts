import { writeFile } from 'node:fs/promises';
import { chromium } from '@playwright/test';
import { findChromium } from '@/scripts/chromium.mjs';
import type { Sample } from './judge.ts';

export type Panel = {
  readonly title: string;
  readonly note: string;
  readonly isGood: boolean | null;
  readonly samples: readonly Sample[];
};
export type Tick = { readonly seconds: number; readonly kind: 'change' | 'fault' };

const [PANEL_WIDTH, PANEL_HEIGHT, MARGIN, COLUMNS] = [620, 220, 44, 2];
const COLORS = {
  change: '#8aa4c8',
  fault: '#d2604b',
  line: '#1f5fa8',
  good: '#22724a',
  bad: '#b3261e',
  mute: '#5f6b7a',
};

/** Small multiples over the same time: one per figure, with a tick for every change and every fault. */
export function drawSvg({
  heading,
  panels,
  ticks,
}: {
  heading: string;
  panels: readonly Panel[];
  ticks: readonly Tick[];
}) {
  const rows = Math.ceil(panels.length / COLUMNS);
  const [width, height] = [COLUMNS * PANEL_WIDTH + MARGIN, rows * PANEL_HEIGHT + 2 * MARGIN];
  const end = Math.max(1, ...panels.flatMap(({ samples }) => samples.at(-1)?.seconds ?? 0));
  const drawn = panels.map((panel, index) => {
    const [left, top] = [
      (index % COLUMNS) * PANEL_WIDTH + MARGIN,
      Math.floor(index / COLUMNS) * PANEL_HEIGHT + MARGIN + 24,
    ];
    return `<g transform="translate(${left} ${top})">${drawPanel(panel, { ticks, end })}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="${MARGIN}" y="26" font-size="16">${escaped(heading)}</text>
<text x="${MARGIN}" y="44" fill="${COLORS.mute}">ticks: <tspan fill="${COLORS.fault}">faults</tspan>, <tspan fill="${COLORS.change}">changes</tspan>; the shaded half is judged</text>
${drawn.join('\n')}
</svg>`;
}

function drawPanel(
  { title, note, isGood, samples }: Panel,
  { ticks, end }: { ticks: readonly Tick[]; end: number },
): string {
  const [width, height] = [PANEL_WIDTH - 80, PANEL_HEIGHT - 70];
  const top = Math.max(1, ...samples.map(({ value }) => value)) * 1.08;
  const x = (seconds: number) => ((seconds / end) * width).toFixed(1);
  const y = (value: number) => (height - (value / top) * height).toFixed(1);
  const path = samples
    .map(({ seconds, value }, index) => `${index === 0 ? 'M' : 'L'}${x(seconds)} ${y(value)}`)
    .join('');
  const color = isGood === null ? COLORS.mute : isGood ? COLORS.good : COLORS.bad;
  const marks = ticks.map(
    ({ seconds, kind }) =>
      `<line x1="${x(seconds)}" x2="${x(seconds)}" y1="${height}" y2="${height + 6}" stroke="${COLORS[kind]}" stroke-width="1.5"/>`,
  );
  const grid = [0, 0.5, 1].map((share) => {
    const value = (top / 1.08) * share;
    return `<line x1="0" x2="${width}" y1="${y(value)}" y2="${y(value)}" stroke="#e4e8ee"/>
<text x="-6" y="${y(value)}" text-anchor="end" dominant-baseline="middle" fill="${COLORS.mute}">${shown(value)}</text>`;
  });
  return `<rect x="${width / 2}" width="${width / 2}" height="${height}" fill="#f4f6f9"/>
${grid.join('')}
<path d="${path}" fill="none" stroke="${COLORS.line}" stroke-width="1.2"/>
${marks.join('')}
<text x="0" y="-8" font-size="13">${escaped(title)}</text>
<text x="${width}" y="-8" text-anchor="end" fill="${color}">${escaped(note)}</text>
<text x="0" y="${height + 20}" fill="${COLORS.mute}">0</text>
<text x="${width}" y="${height + 20}" text-anchor="end" fill="${COLORS.mute}">${(end / 60).toFixed(1)} min</text>`;
}

export const shown = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Number.isInteger(value) ? 0 : 1);

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A PNG of the drawing by the browser that is installed; false when there is none, and the SVG is all there is. */
export async function savePng(svg: string, path: string): Promise<boolean> {
  await writeFile(path.replace(/\.png$/, '.svg'), svg);
  const executablePath = findChromium(process.env.PATH ?? '');
  if (executablePath === undefined) return false;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ deviceScaleFactor: 1.5 });
    await page.setContent(`<style>body{margin:0}</style>${svg}`);
    await page.locator('svg').screenshot({ path });
    return true;
  } finally {
    await browser.close();
  }
}
