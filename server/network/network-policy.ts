import ipaddr from 'ipaddr.js';

/** What hosts that people name may lead to. Plain data: it travels with a connection. */
export type NetworkPolicy = {
  /** Host names, addresses and CIDR networks that the operator allows, whatever they are. */
  readonly allowed: readonly string[];
  /** Whether this machine itself may be named: only where everything runs on one machine. */
  readonly loopback: boolean;
};

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Whether a connection to `address`, which `host` led to, may be made. Without an operator's word only public unicast
 * addresses are: no loopback, private, link-local (cloud metadata), shared, multicast or translated ones. An address that
 * cannot be read is refused.
 */
export function mayConnect({ allowed, loopback }: NetworkPolicy, host: string, address: string): boolean {
  const parsed = parseAddress(address);
  if (!parsed) return false;
  const range = parsed.range();
  if (range === 'unicast') return true;
  if (range === 'loopback' && loopback) return true;
  const name = host.toLowerCase().replace(/\.$/, '');
  return allowed.some((entry) => entry === name || covers(entry, parsed));
}

/** Whether an entry is an address or a network. */
export const isAddressEntry = (entry: string): boolean => parseAddress(entry) !== null || parseNetwork(entry) !== null;

/** Whether one of the addresses and networks holds `address`. */
export function isWithin(entries: readonly string[], address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== null && entries.some((entry) => covers(entry, parsed));
}

/** Whether an entry is a host name, an address or a network; anything else would silently allow nothing. */
export const isAllowedEntry = (entry: string): boolean =>
  isAddressEntry(entry) ||
  (/^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)*$/.test(entry) &&
    !/^[\d.]+$/.test(entry));

function covers(entry: string, address: Address): boolean {
  const single = parseAddress(entry);
  if (single) return single.toNormalizedString() === address.toNormalizedString();
  const network = parseNetwork(entry);
  if (!network) return false;
  const [base, bits] = network;
  return base.kind() === address.kind() && address.match(base, bits);
}

/** An IPv4 address in its four-part form, or an IPv6 one; an IPv4 address inside of IPv6 counts as itself. */
function parseAddress(text: string): Address | null {
  // Scopes (`fe80::1%eth0`) only exist on link-local addresses.
  const bare = text.replace(/^\[|\]$/g, '').split('%')[0] ?? '';
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  if (!ipaddr.IPv6.isValid(bare)) return null;
  const address = ipaddr.IPv6.parse(bare);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function parseNetwork(text: string): [Address, number] | null {
  if (!ipaddr.isValidCIDR(text)) return null;
  return ipaddr.parseCIDR(text);
}
