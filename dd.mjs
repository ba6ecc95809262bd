import { DuckDBInstance } from '@duckdb/node-api';
const inst = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '384MB', autoinstall_known_extensions:'false' });
const c = await inst.connect(); await c.run(`SET TimeZone='UTC'`);
const T = { s0:'BIGINT', s1:'INTEGER', s2:'INTEGER', s3:'INTEGER', s4:'DECIMAL(12,2)', s5:'DECIMAL(12,2)', s6:'DECIMAL(12,2)', s7:'DECIMAL(12,2)', s8:'VARCHAR', s9:'VARCHAR', s10:'DATE', s11:'DATE', s12:'DATE', s13:'TIMESTAMPTZ', s14:'VARCHAR', s15:'VARCHAR' };
const csv = (types, extra='') => `read_csv(['/tmp/li.txt'], columns={${Object.entries(types).map(([k,v])=>`'${k}':'${v}'`).join(',')}}, auto_detect=false, header=false, new_line='\\n', allow_quoted_nulls=false, delim='\\t', quote='', escape='', nullstr='\\N', max_line_size=2000000, buffer_size=8000000 ${extra})`;
const V = Object.fromEntries(Object.keys(T).map(k=>[k,'VARCHAR']));
const pq = (sel, opt='') => `COPY (${sel}) TO '/dev/shm/o.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880, RETURN_STATS ${opt})`;
const tests = {
  'read varchar count': `select count(s15) from ${csv(V)}`,
  'read typed max': `select ${Object.keys(T).map(k=>`count(${k})`)} from ${csv(T)}`,
  'read tz as varchar': `select ${Object.keys(T).map(k=>`count(${k})`)} from ${csv({...T,s13:'VARCHAR'})}`,
  'read dates as varchar': `select ${Object.keys(T).map(k=>`count(${k})`)} from ${csv({...T,s10:'VARCHAR',s11:'VARCHAR',s12:'VARCHAR'})}`,
  'read decimals as varchar': `select ${Object.keys(T).map(k=>`count(${k})`)} from ${csv({...T,s4:'VARCHAR',s5:'VARCHAR',s6:'VARCHAR',s7:'VARCHAR'})}`,
  'read decimals as double': `select ${Object.keys(T).map(k=>`count(${k})`)} from ${csv({...T,s4:'DOUBLE',s5:'DOUBLE',s6:'DOUBLE',s7:'DOUBLE'})}`,
  'full': pq(`select * from ${csv(T)}`),
  'full v2': pq(`select * from ${csv(T)}`, `, PARQUET_VERSION V2`),
  'full dict small': pq(`select * from ${csv(T)}`, `, DICTIONARY_SIZE_LIMIT 1000`),
  'full uncompressed': pq(`select * from ${csv(T)}`).replace('COMPRESSION zstd, COMPRESSION_LEVEL 1','COMPRESSION uncompressed'),
  'full snappy': pq(`select * from ${csv(T)}`).replace('COMPRESSION zstd, COMPRESSION_LEVEL 1','COMPRESSION snappy'),
  'full no stats': pq(`select * from ${csv(T)}`).replace('RETURN_STATS',''),
};
const only = process.argv[2];
await c.run(`create table t as select * from ${csv(T)}`);
tests['from table'] = pq('select * from t');
tests['from table uncompressed'] = pq('select * from t').replace('COMPRESSION zstd, COMPRESSION_LEVEL 1','COMPRESSION uncompressed');
tests['from table no s15'] = pq('select * exclude s15 from t');
for (let r=0;r<2;r++) for (const [n,q] of Object.entries(tests)) { if (only && !n.includes(only)) continue; const u=process.cpuUsage(); const t=performance.now(); await c.run(q); const d=process.cpuUsage(u); console.log(r, n.padEnd(28), 'cpu us/row', ((d.user+d.system)/500000).toFixed(3), 'user', (d.user/500000).toFixed(3), 'wall', ((performance.now()-t)/500).toFixed(2)); }
