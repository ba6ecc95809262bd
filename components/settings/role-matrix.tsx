import { Check, Minus } from 'lucide-react';
import { Fragment } from 'react';
import { Card, Section } from '@/components/ui/card.tsx';
import { ROLES } from '@/server/auth/scopes.ts';
import { mayDo, ROLE_WORDS, SCOPE_GROUPS, SCOPE_WORDS } from './scope-words.ts';

/** What each role may do, from the same table that decides it. */
export function RoleMatrix() {
  return (
    <Section title="Roles" description="Each role may do what the one before it may. The server checks every call.">
      <Card flush className="overflow-x-auto">
        <table aria-label="What each role may do" className="w-full text-sm">
          <thead className="text-left text-xs text-muted">
            <tr className="border-b border-line">
              <th scope="col" className="h-8 px-4 font-medium">
                Right
              </th>
              {ROLES.map((role) => (
                <th
                  key={role}
                  scope="col"
                  title={ROLE_WORDS[role].about}
                  className="w-24 px-3 text-center font-medium max-sm:w-14 max-sm:px-1"
                >
                  {ROLE_WORDS[role].can}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {SCOPE_GROUPS.map(({ title, scopes }) => (
              <Fragment key={title}>
                <tr className="bg-raised">
                  <th scope="rowgroup" colSpan={1 + ROLES.length} className="px-4 py-1.5 text-left text-xs font-medium">
                    {title}
                  </th>
                </tr>
                {scopes.map((scope) => (
                  <tr key={scope}>
                    <th scope="row" className="px-4 py-1.5 text-left font-normal">
                      {SCOPE_WORDS[scope].can}
                      <span className="block text-xs text-muted max-sm:hidden">{SCOPE_WORDS[scope].about}</span>
                    </th>
                    {ROLES.map((role) => (
                      <td key={role} className="px-3 text-center max-sm:px-1">
                        {mayDo(role, scope) ? (
                          <Check className="mx-auto size-4 text-running" aria-label="may" />
                        ) : (
                          <Minus className="mx-auto size-4 text-faint" aria-label="may not" />
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </Card>
    </Section>
  );
}
