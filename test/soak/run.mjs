// `npm run soak -- --minutes 30`
import { endWithAnswer } from '../../scripts/command-lines.mjs';

endWithAnswer('soak', process.argv.slice(2));
// Loaded now only: it needs the packages, and help does not.
const { runBundled } = await import('../run-bundled.mjs');
await runBundled({ name: 'soak', console: false });
