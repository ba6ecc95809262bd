'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import { type FormEvent, useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Section } from '@/components/ui/card.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { Field, Input } from '@/components/ui/field.tsx';
import { exactCount } from '@/components/ui/figures.ts';
import { fieldError } from '@/components/ui/problem.ts';
import { useToast } from '@/components/ui/toast.tsx';
import type { AppRouter } from '@/server/api/root.ts';
import { DEFAULT_PIPELINE_SETTINGS } from '@/server/domain/pipeline-settings.ts';
import { choiceFor, DECIDED_KINDS, type SchemaPolicy } from '@/server/domain/schema-policy.ts';
import { SchemaPolicyFields } from './schema-policy-fields.tsx';
import { SETTING_FIELDS, type SettingField } from './settings-fields.ts';

type Pipeline = inferRouterOutputs<AppRouter>['pipelines']['get'];
const GROUPS = ['Commits', 'Buffer', 'Copies', 'Source'] as const;

/** Name and limits. Made anew for each version, so that nobody overwrites what another person saved meanwhile. */
export function SettingsForm({ pipeline }: { pipeline: Pipeline }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const reason = useRefusal()('pipeline:write');
  const [name, setName] = useState(pipeline.name);
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [policy, setPolicy] = useState<SchemaPolicy>(pipeline.schemaPolicy);
  const shownOf = (field: SettingField) =>
    texts[field.name] ?? String((pipeline.settings[field.name] ?? 0) / field.factor);
  const update = useMutation(
    trpc.pipelines.update.mutationOptions({
      onSuccess: () => {
        toast.done('Settings are saved', 'They count from the next commit on.');
        return queries.invalidateQueries({ queryKey: trpc.pipelines.pathKey() });
      },
    }),
  );
  const changed = SETTING_FIELDS.filter((field) => texts[field.name] !== undefined);
  const isPolicyChanged = DECIDED_KINDS.some(
    (kind) => choiceFor(kind, policy) !== choiceFor(kind, pipeline.schemaPolicy),
  );
  const isChanged = name !== pipeline.name || changed.length > 0 || isPolicyChanged;
  const save = (event: FormEvent) => {
    event.preventDefault();
    update.mutate({
      id: pipeline.id,
      version: pipeline.version,
      ...(name === pipeline.name ? {} : { name }),
      ...(isPolicyChanged ? { schemaPolicy: policy } : {}),
      ...(changed.length === 0
        ? {}
        : { settings: Object.fromEntries(changed.map((field) => [field.name, stored(field, shownOf(field))])) }),
    });
  };
  return (
    <Section title="Settings">
      <form onSubmit={save} className="rounded-md border border-line bg-surface">
        <div className="p-4">
          <Field label="Name" error={fieldError(update.error, 'name')} className="max-w-sm">
            <Input value={name} onChange={(event) => setName(event.target.value)} readOnly={reason !== null} />
          </Field>
        </div>
        {GROUPS.map((group) => (
          <fieldset key={group} className="border-t border-line p-4">
            <legend className="float-left mb-3 w-full font-medium">{group}</legend>
            <div className="clear-both grid gap-4 md:grid-cols-2">
              {SETTING_FIELDS.filter((field) => field.group === group).map((field) => (
                <Field
                  key={field.name}
                  label={field.label}
                  hint={`${field.hint} Default ${exactCount(DEFAULT_PIPELINE_SETTINGS[field.name] / field.factor)} ${field.unit}.`}
                  error={fieldError(update.error, `settings.${field.name}`)}
                >
                  <SettingInput
                    field={field}
                    text={shownOf(field)}
                    readOnly={reason !== null}
                    onChange={(text) => setTexts({ ...texts, [field.name]: text })}
                  />
                </Field>
              ))}
            </div>
          </fieldset>
        ))}
        <fieldset className="border-t border-line p-4">
          <legend className="float-left w-full font-medium">When columns of the source change</legend>
          <p className="clear-both mb-3 text-sm text-muted">
            A table that waits keeps its changes aside until somebody approves or refuses; the others go on. Ignored,
            the lake keeps its columns. Tables may say otherwise.
          </p>
          <div className="grid gap-4 md:grid-cols-2">
            <SchemaPolicyFields
              value={policy}
              onChange={setPolicy}
              disabled={reason !== null}
              title={reason ?? undefined}
            />
          </div>
        </fieldset>
        <div className="space-y-3 border-t border-line px-4 py-3">
          {update.error && <ErrorNote error={update.error} />}
          <div className="flex gap-2">
            <Button
              type="submit"
              kind="primary"
              reason={reason ?? (isChanged ? null : 'Nothing is changed.')}
              pending={update.isPending && 'Saving'}
            >
              Save settings
            </Button>
            {isChanged && (
              <Button
                onClick={() => {
                  setName(pipeline.name);
                  setTexts({});
                  setPolicy(pipeline.schemaPolicy);
                }}
              >
                Undo changes
              </Button>
            )}
          </div>
        </div>
      </form>
    </Section>
  );
}

function SettingInput(props: {
  field: SettingField;
  text: string;
  readOnly: boolean;
  onChange: (text: string) => void;
}) {
  const { field, text, readOnly, onChange } = props;
  return (
    <span className="flex items-center gap-2">
      <Input
        inputMode="decimal"
        value={text}
        readOnly={readOnly}
        onChange={(event) => onChange(event.target.value)}
        className="max-w-40 tabular-nums"
      />
      <span className="text-sm text-muted">{field.unit}</span>
    </span>
  );
}

/** What the server stores; a text that is no number goes as it is, and is refused there with its reason. */
const stored = (field: SettingField, text: string): number =>
  Math.round(Number(text.replaceAll(',', '')) * field.factor);
