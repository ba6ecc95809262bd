/** A namespace is a path of levels, outermost first; never empty. */
export type Namespace = readonly string[];

export type TableIdentifier = { readonly namespace: Namespace; readonly name: string };

/** For people and for messages: `a.b`. Not parseable, since a level may contain a dot. */
export const namespaceText = (namespace: Namespace): string => namespace.join('.');

export const identifierText = (identifier: TableIdentifier): string =>
  [...identifier.namespace, identifier.name].join('.');
