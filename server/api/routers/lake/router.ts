import { router } from '@/server/api/trpc.ts';
import { drop } from './drop.ts';
import { files } from './files.ts';
import { namespaces } from './namespaces.ts';
import { preview } from './preview.ts';
import { snippets } from './snippets.ts';
import { table } from './table.ts';
import { tables } from './tables.ts';

export const lake = router({ namespaces, tables, table, drop, files, preview, snippets });
