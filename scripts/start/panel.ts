import { NAMESPACE, WAREHOUSE } from './demo-pipeline.ts';
import type { Installation } from './installation.ts';
import type { Services } from './services.ts';

/** Where to look and how to sign in, and lines to paste into two query engines. */
export function showSite(options: { installation: Installation; services: Services; readKey: string }): void {
  const { installation, services, readKey } = options;
  const { env } = services;
  const catalog = `${services.publicUrl}/api/catalog`;
  console.log(`
Philotes runs
  console   ${services.publicUrl}
  sign in   ${env.PHILOTES_OWNER_EMAIL}  ${env.PHILOTES_OWNER_PASSWORD}
  data      ${installation.dataDir}   (logs in logs/)

DuckDB
  INSTALL iceberg; LOAD iceberg;
  ATTACH '${WAREHOUSE}' AS lake (TYPE iceberg, ENDPOINT '${catalog}', TOKEN '${readKey}');
  SELECT status, count(*), sum(total) FROM lake.${NAMESPACE}.orders GROUP BY ALL;

pyiceberg
  from pyiceberg.catalog import load_catalog
  lake = load_catalog("lake", type="rest", uri="${catalog}", warehouse="${WAREHOUSE}", token="${readKey}")
  print(lake.load_table("${NAMESPACE}.orders").scan().to_arrow())

Ctrl-C stops everything; the next start goes on where this one ended.
`);
}
