// Health of the process that runs in this container: the web process, or a worker on its own port.
const { PHILOTES_PORT = '8474', PHILOTES_WORKER_PORT = '8475' } = process.env;
const addresses = [
  `http://127.0.0.1:${PHILOTES_PORT}/api/v1/health/ready`,
  `http://127.0.0.1:${PHILOTES_WORKER_PORT}/health/ready`,
];

const answers = await Promise.allSettled(addresses.map((url) => fetch(url, { signal: AbortSignal.timeout(4_000) })));
// One container runs one of them, so exactly one port answers.
const reached = answers.find(({ status }) => status === 'fulfilled')?.value;
if (!reached?.ok) {
  console.error(reached ? `not ready: HTTP ${reached.status}` : 'neither the web process nor a worker answers');
  process.exitCode = 1;
}
