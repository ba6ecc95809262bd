type Site = { readonly publicUrl: string };

/** `__Host-` ties the cookie to this host over https; on plain http (this machine only) browsers refuse that prefix. */
export const sessionCookieName = ({ publicUrl }: Site): string =>
  publicUrl.startsWith('https:') ? '__Host-philotes-session' : 'philotes-session';

/** Cookies of a request by name; of two with one name the first counts, as it has the longer path. */
export function readCookies(header: string | undefined): Readonly<Record<string, string>> {
  const cookies = new Map<string, string>();
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, decoded(part.slice(at + 1).trim()));
  }
  return Object.fromEntries(cookies);
}

export const readSessionCookie = (header: string | undefined, site: Site): string | null =>
  readCookies(header)[sessionCookieName(site)] || null;

/** A Set-Cookie value; without a token it removes the cookie. */
export function sessionCookie(site: Site, session: { token: string; maxAgeS: number } | null): string {
  const secure = site.publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${sessionCookieName(site)}=${session?.token ?? ''}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${session?.maxAgeS ?? 0}${secure}`;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
