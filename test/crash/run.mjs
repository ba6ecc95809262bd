// `npm run test:crash`
import { endWithAnswer } from '../../scripts/command-lines.mjs';

endWithAnswer('crash', process.argv.slice(2));
// Loaded now only: it needs the packages, and help does not.
const { runBundled } = await import('../run-bundled.mjs');
await runBundled({ name: 'crash', console: true });
