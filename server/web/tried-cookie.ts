type Site = { readonly publicUrl: string };

/** The page that says why somebody was refused; nobody else is sent it. */
const PATH = '/sign-in';
export const TRIED_COOKIE = 'philotes-tried';
const KEPT_S = 120;
const LENGTH_MAX = 254;

/**
 * The address with which a sign-in was refused, for the browser that tried it alone: it fills the field again, or says whom the
 * identity provider named. A cookie of minutes, since addresses of pages end up in histories and logs; empty removes it.
 */
export function triedCookie({ publicUrl }: Site, email: string): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
  const value = encodeURIComponent(email.slice(0, LENGTH_MAX));
  return `${TRIED_COOKIE}=${value}; Path=${PATH}; HttpOnly; SameSite=Lax; Max-Age=${value === '' ? 0 : KEPT_S}${secure}`;
}
