import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { countNulled } from '@/worker/columnar/find-rejects.ts';
import { loadReceived, receiveChanges } from '@/worker/columnar/load-changes.ts';
import { supersededBy } from '@/worker/columnar/parked-keys.ts';
import { stageChangelog, stageChangelogStraight } from './stage-changelog.ts';
import { foldKnowing, stageMirror } from './stage-mirror.ts';
import { hasEffect, type StagedTable, type StagedTarget, type StageOptions } from './staged-table.ts';

const NOTHING: StagedTable = {
  targets: [],
  rows: 0,
  rejects: [],
  superseded: { ids: [], positions: new Set() },
  nulled: new Map(),
};

const isWorthIt = ({ changes }: StagedTarget): boolean => hasEffect(changes);

/** Turns one table's changes into data and delete files in the store, on the one load that the targets hold. */
export async function stageTable(options: StageOptions): Promise<StagedTable> {
  const { columnar, targets, landed = [], blocks, filter, signal } = options;
  const mirror = targets.find((target) => target.mode === 'mirror');
  const changelog = targets.find((target) => target.mode === 'changelog');
  const landedMirror = landed.find((target) => target.mode === 'mirror');
  const first = mirror ?? landedMirror ?? changelog ?? landed[0];
  if (!first) return NOTHING;
  const outDir = join(options.workDir, 'staged', randomUUID());
  try {
    await using received = await receiveChanges(columnar, { lake: first.lake, blocks, signal });
    if (changelog && !mirror && !landedMirror && !filter) {
      const straight = await stageChangelogStraight(options, { target: changelog, received, outDir });
      if (straight) return { ...NOTHING, targets: [straight].filter(isWorthIt), rows: received.rows };
    }
    const loaded = await loadReceived(received);
    const { rejects: found } = (await filter?.(loaded)) ?? loaded;
    const nulled = new Map<string, number>();
    await countNulled(loaded.session, { ...loaded, nulled });
    const staged: StagedTarget[] = [];
    const rejects = [...found];
    let { superseded } = NOTHING;
    if (changelog) staged.push(await stageChangelog(options, { target: changelog, loaded, outDir }));
    if (mirror) {
      const part = await stageMirror(options, { target: mirror, loaded, outDir });
      staged.push(part.staged);
      rejects.push(...part.rejects);
      superseded = part.superseded;
    } else if (landedMirror) {
      const { folded, parkedTable } = await foldKnowing(options, loaded);
      rejects.push(...folded.rejects);
      superseded = await supersededBy(folded, parkedTable);
    }
    return {
      targets: staged.filter(isWorthIt),
      rows: loaded.rows,
      rejects,
      superseded,
      nulled,
    };
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
