type Site = { readonly publicUrl: string };

/** `__Host-` ties the cookie to this host over https; on plain http (this machine only) browsers refuse that prefix. */
const cookieName = ({ publicUrl }: Site): string =>
  publicUrl.startsWith('https:') ? '__Host-philotes-session' : 'philotes-session';

export function readSessionCookie(header: string | undefined, site: Site): string | null {
  const name = cookieName(site);
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=');
    if (key === name && value) return value;
  }
  return null;
}

/** A Set-Cookie value; without a token it removes the cookie. */
export function sessionCookie(site: Site, session: { token: string; maxAgeS: number } | null): string {
  const secure = site.publicUrl.startsWith('https:') ? '; Secure' : '';
  return `${cookieName(site)}=${session?.token ?? ''}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${session?.maxAgeS ?? 0}${secure}`;
}
