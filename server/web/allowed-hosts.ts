import type { Config } from '@/server/config/config.ts';

/**
 * Host headers we answer to. Any other one means that a foreign name was pointed at this address (DNS rebinding), or a
 * forged header that would end up in links.
 */
export function createHostCheck(config: Pick<Config, 'publicUrl' | 'catalogUrl' | 'port'>): (host: string) => boolean {
  const allowed = new Set([
    new URL(config.publicUrl).host,
    new URL(config.catalogUrl).host,
    ...['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${config.port}`),
  ]);
  return (host) => allowed.has(host.toLowerCase());
}
