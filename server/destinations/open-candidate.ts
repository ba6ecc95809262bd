import { fileURLToPath } from 'node:url';
import type { Secrets } from '@/server/config/config.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { fileRoot } from './create-destination.ts';
import type { NewDestination } from './destination-input.ts';
import type { OpenedDestination } from './open-destination.ts';

type Deps = Pick<ControlDeps, 'config'> & { readonly secrets: Pick<Secrets, 'internalKey'> };

/** What a destination would be once it is saved, to try it before. Throws INVALID_INPUT for a folder it may not have. */
export function openCandidate(
  { config, secrets }: Deps,
  { name, catalog, storage }: NewDestination,
): OpenedDestination {
  const isEmbedded = catalog.kind === 'embedded';
  const rootUri = storage.kind === 'file' ? fileRoot(storage.root, config) : storage.root.replace(/\/+$/, '');
  return {
    catalog: isEmbedded
      ? { uri: config.catalogUrl, warehouse: name, auth: { kind: 'bearer', token: secrets.internalKey }, isEmbedded }
      : { uri: catalog.uri.replace(/\/+$/, ''), warehouse: catalog.warehouse, auth: catalog.auth, isEmbedded },
    rootUri,
    storage: storage.kind === 'file' ? { kind: 'file', root: fileURLToPath(rootUri) } : s3Of(storage),
  };
}

const s3Of = ({
  region,
  endpoint,
  pathStyle,
  credentials,
}: Extract<NewDestination['storage'], { kind: 's3' }>): OpenedDestination['storage'] => ({
  kind: 's3',
  region,
  pathStyle,
  ...(endpoint === undefined ? {} : { endpoint }),
  ...(credentials === undefined ? {} : { credentials }),
});
