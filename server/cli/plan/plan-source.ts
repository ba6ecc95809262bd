import type { Philotes, Source } from '@/packages/client/client.ts';
import { type Change, differences } from './change.ts';
import type { SourceSpec } from './resource-schemas.ts';
import { isSameSecret } from './same-secret.ts';
import { needsVariable, unsetVariable } from './unset-secret.ts';

export async function planSource(
  philotes: Philotes,
  { name, spec, present }: { name: string; spec: SourceSpec; present: Source | undefined },
): Promise<Change> {
  const { password, tlsCa, ...open } = spec;
  const variable = unsetVariable(password);
  const blocked = variable === undefined ? {} : needsVariable(variable);
  if (!present) {
    const fields = [...differences({}, { ...open, ...(tlsCa ? { tlsCa } : {}) }), { field: 'password' }];
    return {
      kind: 'Source',
      name,
      action: 'create',
      fields,
      ...blocked,
      steps: [
        {
          what: 'create',
          isTriable: true,
          run: (client, { headers }) =>
            client.POST('/sources', { body: { name, ...open, password, ...(tlsCa ? { tlsCa } : {}) }, headers }),
        },
      ],
    };
  }
  const { id } = present;
  const changed = differences({ ...present }, { ...open, tlsCa: tlsCa ?? null });
  const isSame = await isSameSecret(philotes, { id, field: 'source.password', value: password });
  const fields = [...changed, ...(isSame ? [] : [{ field: 'password' }])];
  if (fields.length === 0) return { kind: 'Source', name, action: 'none', fields, steps: [] };
  return {
    kind: 'Source',
    name,
    action: 'update',
    fields,
    ...(changed.some(({ field }) => field === 'host' || field === 'port') ? blocked : {}),
    steps: [
      {
        what: 'update',
        isTriable: true,
        run: (client, { headers }) =>
          client.PATCH('/sources/{id}', {
            params: { path: { id }, header: { 'If-Match': `"${present.version}"` } },
            // The password goes along: the server asks for it when the address changes.
            body: {
              ...Object.fromEntries(changed.map(({ field, after }) => [field, after])),
              ...(variable === undefined ? { password } : {}),
            },
            headers,
          }),
      },
    ],
  };
}
