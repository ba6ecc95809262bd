import { Plus, Trash2 } from 'lucide-react';
import { Button, IconButton } from '@/components/ui/button.tsx';
import { Field, Input, Select } from '@/components/ui/field.tsx';
import { DEFAULT_ROLES, ROLES } from '@/server/auth/scopes.ts';
import { ROLE_WORDS } from './scope-words.ts';
import type { SignInForm, SignInValues } from './sign-in-values.ts';

/** Which group gives which role, and what the others are. */
export function GroupRoles({ form, reason }: { form: SignInForm; reason: string | null }) {
  const pairs = form.values.groupRoles;
  const change = (index: number, pair: SignInValues['groupRoles'][number]) =>
    form.set(
      'groupRoles',
      pairs.map((each, at) => (at === index ? pair : each)),
    );
  return (
    <div className="space-y-3">
      <div>
        <p className="font-medium">Roles of groups</p>
        <p className="text-sm text-muted">Somebody in several groups gets the highest role.</p>
      </div>
      {pairs.map(({ group, role }, index) => (
        <div key={index} className="flex items-start gap-2">
          <Field
            label={<span className="sr-only">Group {index + 1}</span>}
            error={form.error(`groupRoles[${index}].group`)}
            className="flex-1"
          >
            <Input
              value={group}
              onChange={(event) => change(index, { group: event.target.value, role })}
              placeholder="data-platform"
              spellCheck={false}
            />
          </Field>
          <Field label={<span className="sr-only">Role of group {index + 1}</span>} className="w-36">
            <Select
              value={role}
              onChange={(event) =>
                change(index, { group, role: ROLES.find((known) => known === event.target.value) ?? 'viewer' })
              }
            >
              {ROLES.map((each) => (
                <option key={each} value={each}>
                  {ROLE_WORDS[each].can}
                </option>
              ))}
            </Select>
          </Field>
          <IconButton
            label={`Remove group ${group || index + 1}`}
            icon={Trash2}
            reason={reason}
            className="mt-1"
            onClick={() =>
              form.set(
                'groupRoles',
                pairs.filter((_, at) => at !== index),
              )
            }
          />
        </div>
      ))}
      <Button
        icon={Plus}
        reason={reason}
        onClick={() => form.set('groupRoles', [...pairs, { group: '', role: 'viewer' }])}
      >
        Add a group
      </Button>
      <Field
        label="Everybody else"
        hint="People whom no group above gives a role. Where it lets them in, the e-mail domains say whose people they are."
        error={form.error('defaultRole')}
        className="border-t border-line pt-4"
      >
        <Select {...form.text('defaultRole')} disabled={reason !== null}>
          <option value="">May not come in</option>
          {DEFAULT_ROLES.map((role) => (
            <option key={role} value={role}>
              {ROLE_WORDS[role].can}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}
