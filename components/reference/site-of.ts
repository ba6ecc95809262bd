/** Where this site is, as a shell would reach it. Plain http is served on this machine only. */
export function siteOf(headers: Headers): string {
  const host = headers.get('host') ?? 'localhost';
  return `${/^(localhost|127\.|\[::1\])/.test(host) ? 'http' : 'https'}://${host}`;
}
