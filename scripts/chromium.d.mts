/** The browser's program, or undefined. */
export function findChromium(path: string): string | undefined;
/** Finds the browser or installs it. */
export function ensureChromium(path: string): Promise<void>;
