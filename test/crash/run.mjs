// `npm run test:crash`
import { runBundled } from '../run-bundled.mjs';

await runBundled({ name: 'crash', console: true });
