import type { ReaderSnippets } from './lake-view.ts';

type Place = {
  /** Base URI of the REST catalog, without `/v1`. */
  readonly uri: string;
  readonly warehouse: string;
  /** Levels joined by dots. */
  readonly namespace: string;
  readonly table: string;
  readonly isS3: boolean;
};

const KEY = 'phl_your_read_only_key';

/** One snippet per engine, ready to paste but for the key. */
export const snippetsOf = (place: Place): ReaderSnippets['items'] => [
  { engine: 'duckdb', title: 'DuckDB', language: 'sql', text: duckdb(place) },
  { engine: 'pyiceberg', title: 'PyIceberg', language: 'python', text: pyiceberg(place) },
  { engine: 'spark', title: 'Spark', language: 'python', text: spark(place) },
  { engine: 'trino', title: 'Trino', language: 'properties', text: trino(place) },
  { engine: 'icebird', title: 'JavaScript', language: 'javascript', text: icebird(place) },
];

const duckdb = ({ uri, warehouse, namespace, table }: Place): string => `INSTALL iceberg;
LOAD iceberg;
CREATE SECRET philotes (TYPE iceberg, TOKEN ${sqlText(KEY)});
ATTACH ${sqlText(warehouse)} AS lake (TYPE iceberg, ENDPOINT ${sqlText(uri)}, SECRET philotes);
SELECT * FROM lake.${sqlPath(namespace, table, '"')} LIMIT 10;`;

const pyiceberg = ({
  uri,
  warehouse,
  namespace,
  table,
}: Place): string => `from pyiceberg.catalog.rest import RestCatalog

catalog = RestCatalog("philotes", uri=${json(uri)}, warehouse=${json(warehouse)}, token="${KEY}")
table = catalog.load_table(${pythonTuple([...namespace.split('.'), table])})
print(table.scan(limit=10).to_arrow())`;

const spark = ({ uri, warehouse, namespace, table, isS3 }: Place): string => `from pyspark.sql import SparkSession

spark = (
    SparkSession.builder
    .config("spark.jars.packages", "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.9.2${isS3 ? ',org.apache.iceberg:iceberg-aws-bundle:1.9.2' : ''}")
    .config("spark.sql.catalog.philotes", "org.apache.iceberg.spark.SparkCatalog")
    .config("spark.sql.catalog.philotes.type", "rest")
    .config("spark.sql.catalog.philotes.uri", ${json(uri)})
    .config("spark.sql.catalog.philotes.warehouse", ${json(warehouse)})
    .config("spark.sql.catalog.philotes.token", "${KEY}")
    .getOrCreate()
)
spark.sql("SELECT * FROM philotes.${sqlPath(namespace, table, '`')} LIMIT 10").show()`;

const trino = ({ uri, warehouse, namespace, table, isS3 }: Place): string => `# etc/catalog/philotes.properties
connector.name=iceberg
iceberg.catalog.type=rest
iceberg.rest-catalog.uri=${uri}
iceberg.rest-catalog.warehouse=${warehouse}
iceberg.rest-catalog.security=OAUTH2
iceberg.rest-catalog.oauth2.token=${KEY}
${isS3 ? 'fs.native-s3.enabled=true' : 'fs.hadoop.enabled=true'}

# then: SELECT * FROM philotes.${sqlPath(namespace, table, '"', 'one level')} LIMIT 10;`;

const icebird = ({ uri, warehouse, namespace, table }: Place): string => `import { icebergRead } from 'icebird';

// The catalog names the table's present metadata; icebird reads it where its files can be reached over HTTP.
const headers = { Authorization: 'Bearer ${KEY}' };
const catalog = ${json(uri)};
const config = await (await fetch(\`\${catalog}/v1/config?warehouse=${encodeURIComponent(warehouse)}\`, { headers })).json();
const prefix = config.overrides?.prefix ?? config.defaults?.prefix;
const base = prefix ? \`\${catalog}/v1/\${prefix}\` : \`\${catalog}/v1\`;
const url = \`\${base}/namespaces/${namespace.split('.').map(encodeURIComponent).join('%1F')}/tables/${encodeURIComponent(table)}\`;
const { metadata } = await (await fetch(url, { headers })).json();
console.log(await icebergRead({ tableUrl: metadata.location, metadata, rowEnd: 10 }));`;

const json = (text: string): string => JSON.stringify(text);
const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const pythonTuple = (names: readonly string[]): string => `(${names.map(json).join(', ')})`;

/** Plain names stay plain. Trino has one level of schemas, in which the dots stay. */
function sqlPath(namespace: string, table: string, quote: '"' | '`', levels?: 'one level'): string {
  const names = levels === undefined ? [...namespace.split('.'), table] : [namespace, table];
  return names
    .map((name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quote + name.replaceAll(quote, quote + quote) + quote))
    .join('.');
}
