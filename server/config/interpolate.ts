type Env = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${NAME}` by the environment's value and `${NAME:-default}` by the default when that is unset or empty; `$$`
 * is a dollar sign. What was put in is not looked at again. `missing` lists the names that had neither.
 */
export function interpolate(text: string, env: Env): { text: string; missing: string[] } {
  const missing: string[] = [];
  const replaced = text.replace(
    /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (whole, name: string | undefined, fallback: string | undefined) => {
      if (name === undefined) return whole === '$$' ? '$' : whole;
      const value = env[name] || fallback;
      if (value === undefined) missing.push(name);
      return value ?? '';
    },
  );
  return { text: replaced, missing };
}
