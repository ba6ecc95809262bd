import { randomUUID } from 'node:crypto';
import type { TestFinding, TestReport } from '@/server/connection-tests/test-finding.ts';
import type { OpenedDestination } from '@/server/destinations/open-destination.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import type { Catalog } from '@/worker/iceberg/catalog/catalog.ts';
import { openDestinationCatalog } from '@/worker/pipeline/lake.ts';
import { openStorage } from '@/worker/storage/open-storage.ts';
import { UNIFORM_MS, uniformly } from './uniform.ts';

type Options = {
  readonly destination: OpenedDestination;
  /** A saved one; the embedded catalog does not know the warehouse of one that is not saved yet. */
  readonly isSaved: boolean;
  readonly signal: AbortSignal;
};

/** Tries a destination: writes, reads and removes a file, asks the catalog, and makes and drops a table there. */
export async function probeDestination(options: Options): Promise<TestReport> {
  const startedAt = performance.now();
  const [storage, catalog] = await Promise.all([probeStorage(options), probeCatalog(options)]);
  const findings = [...storage, ...catalog];
  if (findings.some(({ code }) => UNREACHABLE.has(code))) await uniformly(startedAt, options.signal);
  return { server: null, findings };
}

const UNREACHABLE = new Set(['CATALOG_UNREACHABLE', 'STORAGE_UNREACHABLE']);

async function probeStorage({ destination: { storage: place, rootUri } }: Options): Promise<TestFinding[]> {
  const uri = `${rootUri}/.philotes-check-${randomUUID()}`;
  const content = Buffer.from('philotes');
  try {
    await using storage = openStorage(place);
    await storage.write(uri, content);
    if (!(await storage.read(uri)).equals(content)) {
      return [failed('storage_altered', rootUri, 'What was written there came back altered.', 'Use another store.')];
    }
    await storage.delete([uri]);
    return [ok('storage', rootUri, 'A file was written, read and removed.')];
  } catch (error) {
    return [codedFinding(error, rootUri, STORAGE_MESSAGES)];
  }
}

const STORAGE_MESSAGES: Readonly<Record<string, string>> = {
  STORAGE_UNREACHABLE: 'No object store that can be used answered there.',
  STORAGE_DENIED: 'The store refused to write, read or remove a file with these credentials.',
  STORAGE_FILE_MISSING: 'The bucket or folder does not exist, or a file that was just written is not there.',
  STORAGE_FULL: 'There is no space left.',
};

async function probeCatalog({ destination, isSaved, signal }: Options): Promise<TestFinding[]> {
  const { uri, isEmbedded } = destination.catalog;
  if (isEmbedded && !isSaved) {
    return [ok('catalog', uri, 'The catalog of this installation will hold the tables.')];
  }
  let catalog: Catalog;
  try {
    catalog = await openDestinationCatalog(destination, {
      signal,
      limits: { timeoutMsMax: UNIFORM_MS - 500, attemptsMax: 1 },
    });
  } catch (error) {
    // Whatever else lives at that address is nobody's business: it is no catalog.
    const isTold = error instanceof AppError && ['CATALOG_DENIED', 'HOST_FORBIDDEN'].includes(error.code);
    return [codedFinding(isTold ? error : new AppError('CATALOG_UNREACHABLE', ''), uri, CATALOG_MESSAGES)];
  }
  try {
    const findings = await roundTrip(catalog, { destination, signal });
    if (!catalog.supportsTransactions) findings.push(ONE_BY_ONE(uri));
    return [ok('catalog', uri, 'The catalog answered and let us in.'), ...findings];
  } catch (error) {
    return [codedFinding(error, uri, CATALOG_MESSAGES)];
  }
}

const CATALOG_MESSAGES: Readonly<Record<string, string>> = {
  CATALOG_UNREACHABLE: 'No Iceberg REST catalog that can be used answered there.',
};

const ONE_BY_ONE = (subject: string): TestFinding => ({
  code: 'no_multi_table_commit',
  severity: 'warning',
  subject,
  message: 'The catalog cannot commit several tables at once: a reader may see one table a moment before another.',
  remedy: 'Nothing to do unless readers join tables at one instant; then use a catalog that offers transactions.',
});

const SCHEMA: Schema = {
  type: 'struct',
  'schema-id': 0,
  fields: [{ id: 1, name: 'id', required: false, type: 'long' }],
};

/** Makes a namespace with a table and removes both. */
async function roundTrip(
  catalog: Catalog,
  { destination, signal }: Pick<Options, 'destination' | 'signal'>,
): Promise<TestFinding[]> {
  const { rootUri, catalog: place } = destination;
  const name = `philotes_check_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const identifier = { namespace: [name], name: 'round_trip' };
  const options = { signal };
  await catalog.createNamespace(identifier.namespace, options);
  try {
    const { metadata } = await catalog.createTable(
      { identifier, schema: SCHEMA, properties: {}, location: `${rootUri}/${name}/round_trip` },
      options,
    );
    await catalog.loadTable(identifier, options);
    await catalog.dropTable(identifier, { ...options, purge: true });
    const findings: TestFinding[] = [ok('round_trip', place.warehouse, 'A table was made, loaded and dropped.')];
    return metadata.location.startsWith(`${rootUri}/`)
      ? findings
      : [...findings, elsewhere(metadata.location, rootUri)];
  } finally {
    // What could not be dropped above keeps the namespace; that failure is the one to tell.
    await catalog.dropNamespace(identifier.namespace, options).catch(() => undefined);
  }
}

const elsewhere = (location: string, rootUri: string): TestFinding => ({
  code: 'location_elsewhere',
  severity: 'warning',
  subject: location,
  message: `The catalog places tables there instead of below ${rootUri}.`,
  remedy: 'Enter the place that the catalog uses for this warehouse, with credentials for it.',
});

const ok = (code: string, subject: string, message: string): TestFinding => ({
  code,
  severity: 'ok',
  subject,
  message,
  remedy: '',
});

const failed = (code: string, subject: string, message: string, remedy: string): TestFinding => ({
  code,
  severity: 'error',
  subject,
  message,
  remedy,
});

/** Defects of ours are no findings. */
function codedFinding(error: unknown, subject: string, messages: Readonly<Record<string, string>>): TestFinding {
  const { code, remedy } = policyOf(error);
  if (!(error instanceof AppError) || code === 'INTERNAL') throw error;
  return failed(code, subject, messages[code] ?? error.message, remedy);
}
