/**
 * The default export of a CommonJS module. Node hands over all of its exports as the default one, bundlers and tests the
 * default among them, and the types know the latter only.
 */
export const defaultExport = <Value>(imported: Value): Value => {
  const held: unknown =
    typeof imported === 'object' && imported !== null && 'default' in imported ? imported.default : imported;
  return held as Value;
};
