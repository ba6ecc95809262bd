// Makes a new Lakekeeper usable: accepts its terms and gives it the warehouse `lake` on an S3 bucket. Safe to repeat.
const { LAKEKEEPER_URL, S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = process.env;
const WAREHOUSE = 'lake';

const bootstrapped = (await call('GET', '/management/v1/info')).bootstrapped;
if (!bootstrapped) await call('POST', '/management/v1/bootstrap', { 'accept-terms-of-use': true });

const { warehouses } = await call('GET', '/management/v1/warehouse');
if (!warehouses.some(({ name }) => name === WAREHOUSE)) {
  await call('POST', '/management/v1/warehouse', {
    'warehouse-name': WAREHOUSE,
    'project-id': '00000000-0000-0000-0000-000000000000',
    'storage-profile': {
      type: 's3',
      bucket: S3_BUCKET,
      'key-prefix': WAREHOUSE,
      endpoint: S3_ENDPOINT,
      region: 'us-east-1',
      'path-style-access': true,
      flavor: 's3-compat',
      'sts-enabled': false,
    },
    'storage-credential': {
      type: 's3',
      'credential-type': 'access-key',
      'aws-access-key-id': S3_ACCESS_KEY_ID,
      'aws-secret-access-key': S3_SECRET_ACCESS_KEY,
    },
    'delete-profile': { type: 'hard' },
  });
}
console.log(`Lakekeeper serves the warehouse ${WAREHOUSE}`);

async function call(method, path, body) {
  const response = await fetch(`${LAKEKEEPER_URL}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text.slice(0, 500)}`);
  return text === '' ? {} : JSON.parse(text);
}
