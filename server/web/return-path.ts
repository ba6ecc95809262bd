/** Never back into the sign-in itself, nor to what is no page. */
const NO_PAGE = /^\/(sign-in|sign-out|api|_next)(\/|$)/;

/**
 * Where to go after a sign-in: a page of ours. Anything else (another site, `//site`, `\\site`, `javascript:`) becomes the
 * first page.
 */
export function returnPath(wish: string | null, { publicUrl }: { readonly publicUrl: string }): string {
  if (!wish?.startsWith('/') || !URL.canParse(wish, publicUrl)) return '/';
  const url = new URL(wish, publicUrl);
  // Browsers take a backslash for a slash, and so does the parser; what is left must be a path of one leading slash.
  const path = `${url.pathname}${url.search}`;
  return url.origin === new URL(publicUrl).origin && /^\/(?![/\\])/.test(path) && !NO_PAGE.test(url.pathname)
    ? path
    : '/';
}
