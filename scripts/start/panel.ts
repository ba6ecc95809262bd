import { NAMESPACE, WAREHOUSE } from './demo-pipeline.ts';
import type { Installation } from './installation.ts';
import type { Services } from './services.ts';

type Site = { installation: Installation; services: Services };

/** Where to look and how to sign in; with a demo, also lines to paste into psql and into two query engines. */
export function showSite({ demo, ...options }: Site & { demo: { readKey: string; shopUrl: string } | null }): void {
  showAddress(options);
  console.log(demo ? lines(options, demo) : FIRST_STEPS);
  console.log('Ctrl-C stops everything; the next start goes on where this one ended.\n');
}

const FIRST_STEPS = `It is empty: sign in and connect a source, or see docs/cli.md for the terminal. Lines for query engines are on the page
of each lake table, once there is one.
`;

function showAddress({ installation, services: { publicUrl, env } }: Site): void {
  console.log(`
Philotes runs
  console   ${publicUrl}
  sign in   ${env.PHILOTES_OWNER_EMAIL}  ${env.PHILOTES_OWNER_PASSWORD}
  data      ${installation.dataDir}   (logs in logs/)
`);
}

function lines({ services }: Site, { readKey, shopUrl }: { readKey: string; shopUrl: string }): string {
  const catalog = `${services.publicUrl}/api/catalog`;
  return `psql, where it is installed: change a row of the shop (without -c it asks for more)
  psql '${shopUrl}' -c "UPDATE customers SET note = 'seen in the lake' WHERE id = 1"

DuckDB: see it arrive
  INSTALL iceberg; LOAD iceberg;
  ATTACH '${WAREHOUSE}' AS lake (TYPE iceberg, ENDPOINT '${catalog}', TOKEN '${readKey}');
  SELECT id, full_name, note FROM lake.${NAMESPACE}.customers WHERE id = 1;

pyiceberg: the same
  from pyiceberg.catalog import load_catalog
  lake = load_catalog("lake", type="rest", uri="${catalog}", warehouse="${WAREHOUSE}", token="${readKey}")
  print(lake.load_table("${NAMESPACE}.customers").scan(row_filter="id = 1", selected_fields=("id", "full_name", "note")).to_arrow())
`;
}
