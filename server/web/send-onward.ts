import type { ServerResponse } from 'node:http';

const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * Sends a browser to another site after a form. A redirect would not do: `form-action 'self'` of the form's page holds for
 * every step of it, and issuers send people on to hosts that nobody knows beforehand. This page has no form, and no script.
 */
export function sendOnward(response: ServerResponse, location: string): void {
  const url = location
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': POLICY,
    'Referrer-Policy': 'no-referrer',
  });
  response.end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signing in</title>` +
      `<meta http-equiv="refresh" content="0;url=${url}"></head>` +
      `<body><p><a href="${url}">Continue to the identity provider</a></p></body></html>\n`,
  );
}
