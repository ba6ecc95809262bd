import { writeFileSync } from 'node:fs';
import { DOCUMENTS } from './documents.ts';

for (const [path, render] of Object.entries(DOCUMENTS)) {
  writeFileSync(path, render());
  console.log(`wrote ${path}`);
}
