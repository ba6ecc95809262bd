// `npm run soak -- --minutes 30`
import { runBundled } from '../run-bundled.mjs';

await runBundled({ name: 'soak', console: false });
