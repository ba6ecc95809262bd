const PARENT_POLL_MS = 1_000;
const FORCED_EXIT_MS = 12_000;

/**
 * Turns Ctrl-C, SIGTERM and the end of the npm process that started us into one abort. A second signal ends this
 * process at once; the guards of the servers then end those.
 */
export function untilStopped(): { signal: AbortSignal; stopped: Promise<number> } {
  const controller = new AbortController();
  const stopped = new Promise<number>((resolve) => {
    const stop = (code: number) => {
      if (controller.signal.aborted) return;
      controller.abort();
      setTimeout(() => process.exit(1), FORCED_EXIT_MS).unref();
      resolve(code);
    };
    const onSignal = () => {
      if (controller.signal.aborted) process.exit(130);
      stop(0);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    process.on('SIGHUP', onSignal);
    // npm does not always pass signals on to what it runs; its end is noticed here.
    const parent = process.ppid;
    if (process.env.npm_lifecycle_event) {
      setInterval(() => process.ppid !== parent && stop(0), PARENT_POLL_MS).unref();
    }
  });
  return { signal: controller.signal, stopped };
}
