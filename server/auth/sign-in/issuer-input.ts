import * as z from 'zod';

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

/** An issuer's identifier: an https URL without query and fragment (OpenID Connect Core 1.0, section 2). */
export const issuerInput = z
  .string()
  .max(500)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL.has(url.hostname));
    return isSafe && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  }, 'must be an https:// URL without credentials, query and fragment');
