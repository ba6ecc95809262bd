'use client';

import type { useForm } from '@/components/form/use-form.ts';
import { Field, Input, Select, Textarea } from '@/components/ui/field.tsx';
import { fromConnectionString, type SourceValues } from './source-form-values.ts';
import { TLS_WORDS } from './tls-words.ts';

type Form = Pick<ReturnType<typeof useForm<SourceValues, never>>, 'values' | 'set' | 'setAll' | 'error' | 'text'>;

/** How a source is reached. Pasting a connection string into the host fills in all that it names. */
export function SourceFields({ form, passwordHint }: { form: Form; passwordHint?: string }) {
  const fill = (text: string): boolean => {
    const named = fromConnectionString(text);
    if (named) form.setAll(named);
    return named !== null;
  };
  const host = form.text('host');
  return (
    <div className="grid gap-4 sm:grid-cols-6">
      <Field label="Name" hint="What it is called here." error={form.error('name')} className="sm:col-span-6">
        <Input {...form.text('name')} autoComplete="off" placeholder="shop" />
      </Field>
      <Field
        label="Host"
        hint="Of the primary itself, not of a pooler. A whole connection string can be pasted here."
        error={form.error('host')}
        className="sm:col-span-4"
      >
        <Input
          {...host}
          autoComplete="off"
          spellCheck={false}
          placeholder="db.example.com"
          onPaste={(event) => {
            if (fill(event.clipboardData.getData('text'))) event.preventDefault();
          }}
          // One that was typed or dropped is whole only now.
          onBlur={(event) => {
            if (!fill(event.target.value)) host.onBlur();
          }}
        />
      </Field>
      <Field label="Port" error={form.error('port')} className="sm:col-span-2">
        <Input {...form.text('port')} inputMode="numeric" autoComplete="off" />
      </Field>
      <Field label="Database" error={form.error('database')} className="sm:col-span-6">
        <Input {...form.text('database')} autoComplete="off" spellCheck={false} />
      </Field>
      <Field label="User" error={form.error('username')} className="sm:col-span-3">
        <Input {...form.text('username')} autoComplete="off" spellCheck={false} />
      </Field>
      <Field label="Password" hint={passwordHint} error={form.error('password')} className="sm:col-span-3">
        <Input {...form.text('password')} type="password" autoComplete="new-password" />
      </Field>
      <Field
        label="TLS"
        hint={TLS_WORDS[form.values.tlsMode]?.about}
        error={form.error('tlsMode')}
        className="sm:col-span-6"
      >
        <Select {...form.text('tlsMode')}>
          {Object.entries(TLS_WORDS).map(([mode, { label }]) => (
            <option key={mode} value={mode}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      {form.values.tlsMode === 'verify-full' && (
        <Field
          label="Certificate authority"
          optional
          hint="PEM. Only where the server’s certificate is not signed by a public authority."
          error={form.error('tlsCa')}
          className="sm:col-span-6"
        >
          <Textarea
            {...form.text('tlsCa')}
            spellCheck={false}
            rows={3}
            placeholder="-----BEGIN CERTIFICATE-----"
            className="font-mono text-xs!"
          />
        </Field>
      )}
    </div>
  );
}
