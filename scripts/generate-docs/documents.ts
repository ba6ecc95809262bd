import { openApiText } from '@/server/api/openapi/document.ts';
import { commandsPage } from './commands.ts';
import { configurationPage } from './configuration.ts';
import { errorsPage } from './errors.ts';

/** Pages that are written by a program: path from the root -> what it should hold now. */
export const DOCUMENTS: Readonly<Record<string, () => string>> = {
  'docs/cli.md': commandsPage,
  'docs/configuration.md': configurationPage,
  'docs/errors.md': errorsPage,
  'docs/openapi.json': openApiText,
};
