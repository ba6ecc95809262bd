/** What stands in for a secret whose variable is not set; no interface takes a text like it. */
const MARK = '\u0000unset:';

export const unsetSecret = (variable: string): string => `${MARK}${variable}`;

/** The variable that is missing among the texts of a secret, if one is. */
export const unsetVariable = (secret: string | Readonly<Record<string, string>>): string | undefined =>
  (typeof secret === 'string' ? [secret] : Object.values(secret))
    .find((text) => text.startsWith(MARK))
    ?.slice(MARK.length);

/** Why something cannot be made or moved without the secret. */
export const needsVariable = (variable: string): { readonly obstacle: string } => ({
  obstacle: `the variable ${variable} is not set, and its secret is needed for this`,
});
