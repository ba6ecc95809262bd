// `npm run test:crash-matrix -- --seeds 10`
import { endWithAnswer } from '../../scripts/command-lines.mjs';

endWithAnswer('crash-matrix', process.argv.slice(2));
// Loaded now only: it needs the packages, and help does not.
const { runBundled } = await import('../run-bundled.mjs');
await runBundled({ name: 'crash-matrix', console: false });
