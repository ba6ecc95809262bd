import { Agent, fetch as fetchWith, type RequestInit, type Response } from 'undici';
import { guardedLookup, requireHost } from './guard.ts';
import type { NetworkPolicy } from './network-policy.ts';

export type GuardedFetch = (url: string, init: RequestInit) => Promise<Response>;

const CONNECT_MS_MAX = 10_000;

/**
 * `fetch` for addresses that people name: it goes to checked addresses only and follows no redirect, which could lead
 * anywhere and take credentials along. Without a policy it is an address of our own and nothing is checked.
 * Throws HOST_FORBIDDEN, as the error itself or as its cause.
 */
export function createGuardedFetch(policy: NetworkPolicy | undefined): GuardedFetch {
  const dispatcher = agentOf(policy);
  return async (url, init) => {
    if (policy) requireHost(policy, new URL(url).hostname);
    return fetchWith(url, { ...init, redirect: init.redirect === 'error' ? 'error' : 'manual', dispatcher });
  };
}

const agents = new Map<string, Agent>();

/** One for each policy: it keeps connections, and a process knows one policy. */
function agentOf(policy: NetworkPolicy | undefined): Agent {
  const key = JSON.stringify(policy ?? null);
  const known = agents.get(key);
  if (known) return known;
  const lookup = policy ? { lookup: guardedLookup(policy) } : {};
  const agent = new Agent({ connect: { timeout: CONNECT_MS_MAX, ...lookup } });
  agents.set(key, agent);
  return agent;
}
