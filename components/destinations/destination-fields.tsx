'use client';

import type { useForm } from '@/components/form/use-form.ts';
import { Checkbox } from '@/components/ui/choice.tsx';
import { Field, Input, Select } from '@/components/ui/field.tsx';
import { CATALOG_PRESETS, PRESETS } from './catalog-presets.ts';
import type { DestinationValues } from './destination-form-values.ts';
import { AUTH_WORDS } from './destination-words.ts';

export type DestinationForm = Pick<
  ReturnType<typeof useForm<DestinationValues, never>>,
  'values' | 'set' | 'error' | 'text'
>;

const presetOf = ({ preset }: DestinationValues) =>
  CATALOG_PRESETS[PRESETS.find((known) => known === preset) ?? 'generic'];

/** The address of a catalog, and how one signs in there. `isKept`: a secret is stored already. */
export function CatalogFields({ form, isKept }: { form: DestinationForm; isKept?: boolean }) {
  const preset = presetOf(form.values);
  const keep = isKept ? 'Leave it empty to keep the stored one.' : undefined;
  return (
    <div className="grid gap-4 sm:grid-cols-6">
      <Field label="Catalog URI" hint={preset.uriHint} error={form.error('catalog.uri')} className="sm:col-span-6">
        <Input {...form.text('uri', 'catalog.uri')} inputMode="url" spellCheck={false} placeholder={preset.uri} />
      </Field>
      {!isKept && (
        <Field
          label="Warehouse"
          hint={preset.warehouseHint}
          error={form.error('catalog.warehouse')}
          className="sm:col-span-3"
        >
          <Input {...form.text('warehouse', 'catalog.warehouse')} spellCheck={false} placeholder={preset.warehouse} />
        </Field>
      )}
      <Field label="Sign in with" hint={preset.authHint} error={form.error('catalog.auth')} className="sm:col-span-3">
        <Select {...form.text('auth', 'catalog.auth')}>
          {Object.entries(AUTH_WORDS).map(([auth, label]) => (
            <option key={auth} value={auth}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      {form.values.auth === 'bearer' && (
        <Field label="Token" hint={keep} error={form.error('catalog.auth.token')} className="sm:col-span-6">
          <Input {...form.text('token', 'catalog.auth.token')} type="password" autoComplete="new-password" />
        </Field>
      )}
      {form.values.auth === 'oauth2' && (
        <>
          <Field label="Client id" hint={keep} error={form.error('catalog.auth.clientId')} className="sm:col-span-3">
            <Input {...form.text('clientId', 'catalog.auth.clientId')} autoComplete="off" spellCheck={false} />
          </Field>
          <Field label="Client secret" error={form.error('catalog.auth.clientSecret')} className="sm:col-span-3">
            <Input
              {...form.text('clientSecret', 'catalog.auth.clientSecret')}
              type="password"
              autoComplete="new-password"
            />
          </Field>
          <Field label="Scope" optional error={form.error('catalog.auth.scope')} className="sm:col-span-3">
            <Input {...form.text('scope', 'catalog.auth.scope')} spellCheck={false} placeholder={preset.scope} />
          </Field>
          <Field
            label="Token endpoint"
            optional
            hint="Where the catalog does not give tokens itself."
            error={form.error('catalog.auth.tokenUri')}
            className="sm:col-span-3"
          >
            <Input {...form.text('tokenUri', 'catalog.auth.tokenUri')} inputMode="url" spellCheck={false} />
          </Field>
        </>
      )}
    </div>
  );
}

/** An object store. `isKept`: the place is fixed and keys may be stored already. */
export function StorageFields({ form, isKept }: { form: DestinationForm; isKept?: boolean }) {
  const preset = form.values.kind === 'rest' ? presetOf(form.values) : CATALOG_PRESETS.generic;
  return (
    <div className="grid gap-4 sm:grid-cols-6">
      {!isKept && (
        <Field
          label="Place of the tables"
          hint="Bucket and a prefix that belongs to Philotes alone."
          error={form.error('storage.root')}
          className="sm:col-span-4"
        >
          <Input {...form.text('root', 'storage.root')} spellCheck={false} placeholder="s3://bucket/lake" />
        </Field>
      )}
      <Field label="Region" error={form.error('storage.region')} className="sm:col-span-2">
        <Input {...form.text('region', 'storage.region')} spellCheck={false} placeholder={preset.region} />
      </Field>
      <Field
        label="Endpoint"
        optional
        hint="For MinIO, R2 and others that are not Amazon’s."
        error={form.error('storage.endpoint')}
        className="sm:col-span-6"
      >
        <Input
          {...form.text('endpoint', 'storage.endpoint')}
          inputMode="url"
          spellCheck={false}
          placeholder={preset.endpoint || 'http://minio:9000'}
        />
      </Field>
      <div className="sm:col-span-6">
        <Checkbox
          checked={form.values.pathStyle}
          onChange={(pathStyle) => form.set('pathStyle', pathStyle, 'storage.pathStyle')}
          label="Address buckets by path"
          hint="MinIO needs it: http://minio:9000/bucket instead of http://bucket.minio:9000."
        />
      </div>
      <Field
        label="Access key id"
        optional
        hint={
          isKept
            ? 'Leave both empty to keep the stored keys.'
            : 'Without keys, the ones of the worker’s machine are used.'
        }
        error={form.error('storage.credentials.accessKeyId')}
        className="sm:col-span-3"
      >
        <Input {...form.text('accessKeyId', 'storage.credentials.accessKeyId')} autoComplete="off" spellCheck={false} />
      </Field>
      <Field
        label="Secret access key"
        optional
        error={form.error('storage.credentials.secretAccessKey') ?? form.error('storage.credentials')}
        className="sm:col-span-3"
      >
        <Input
          {...form.text('secretAccessKey', 'storage.credentials.secretAccessKey')}
          type="password"
          autoComplete="new-password"
        />
      </Field>
    </div>
  );
}
