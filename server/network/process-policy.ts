import type { NetworkPolicy } from './network-policy.ts';

let present: NetworkPolicy = { allowed: [], loopback: true };

/**
 * The policy of this process. Every connection to a host that people name asks for it here, at every attempt, so that no path
 * can forget to hand it on. Before a process has set its own: this machine and public addresses.
 */
export const networkPolicy = (): NetworkPolicy => present;

/** Set once, by whoever puts the process together. */
export function setNetworkPolicy(policy: NetworkPolicy): void {
  present = policy;
}
