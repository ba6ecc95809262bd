const PROGRESS_MS = 10_000;

/** One line per step: what is done and how long it took; a line every ten seconds while it lasts. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const timer = setInterval(() => console.log(`  still ${lowerFirst(what)}, ${seconds()}`), PROGRESS_MS);
  try {
    const result = await work();
    console.log(`${what}: done in ${seconds()}`);
    return result;
  } catch (error) {
    console.log(`${what}: failed after ${seconds()}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
