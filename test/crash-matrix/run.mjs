// `npm run test:crash-matrix -- --seeds 10`
import { runBundled } from '../run-bundled.mjs';

await runBundled({ name: 'crash-matrix', console: false });
