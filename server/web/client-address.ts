import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '@/server/config/config.ts';
import { isAddressEntry, isWithin } from '@/server/network/network-policy.ts';

/** What of a request tells its origin. */
type Received = {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
};

/**
 * Whom a request comes from. `X-Forwarded-For` grows on its right with every proxy, so it is read from there, and each word
 * is believed as long as the one who said it is a trusted proxy. What anybody else writes there is never looked at.
 */
export function addressOf({ trustedProxies }: Pick<Config, 'trustedProxies'>, request: Received): string | null {
  let address = request.socket.remoteAddress ?? null;
  const said = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  while (address !== null && isWithin(trustedProxies, address)) {
    const before = bareAddress(said.pop() ?? '');
    if (before === null) break;
    address = before;
  }
  return address;
}

/** Some proxies write a port behind the address, and brackets around one of IPv6. */
function bareAddress(text: string): string | null {
  const word = text.trim();
  const bare = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(word)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(word)?.[1] ?? word;
  return isAddressEntry(bare) && !bare.includes('/') ? bare : null;
}
