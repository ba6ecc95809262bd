import { USAGES } from '@/scripts/command-lines.mjs';
import { benchCopy } from './copy.ts';
import { benchLoad } from './load.ts';
import { describeMachine } from './machine.ts';
import { openBench } from './open-bench.ts';
import { readOptions } from './options.ts';
import { print } from './report.ts';
import { benchStream } from './stream.ts';

const options = readOptions(process.argv.slice(2));
if (!options) {
  console.error(USAGES.bench);
  process.exitCode = 2;
} else {
  await using bench = await openBench({
    profileDir: options.profileDir,
    roundMs: options.bench === 'api' ? 1_000 : 100,
  });
  print(await describeMachine(bench.source));
  if (options.bench === 'api') await benchLoad(bench, options.load);
  else await (options.bench === 'copy' ? benchCopy : benchStream)(bench, options);
}
