'use client';

import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import {
  CirclePlay,
  CircleStop,
  Database,
  HardDrive,
  Layers,
  type LucideIcon,
  Plus,
  Table2,
  Workflow,
} from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { usePipelineVerbs } from '@/components/pipeline/use-pipeline-verbs.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { lakeTableHref } from '@/components/table/lake-links.tsx';
import { PLACES, REFERENCE, SETTINGS } from './places.ts';
import { THEMES } from './theme-switch.tsx';
import { useFound } from './use-found.ts';
import { useTheme } from './use-theme.ts';

const LISTED = { limit: 200 } as const;

/** Everything the palette can go to or do, as the role allows. */
export function PaletteItems({ typed, onDone }: { typed: string; onDone: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const refusal = useRefusal();
  const { choose } = useTheme();
  const { pipelines, tables, isLooking } = useFound(typed);
  const sources = useQuery(trpc.sources.list.queryOptions(LISTED)).data?.items ?? [];
  const destinations = useQuery(trpc.destinations.list.queryOptions(LISTED)).data?.items ?? [];
  const verbs = usePipelineVerbs();
  const mayOperate = refusal('pipeline:operate') === null;
  const go = (href: string) => () => {
    onDone();
    router.push(href);
  };
  const act = (work: () => void) => () => {
    onDone();
    work();
  };
  const mayReadLake = refusal('catalog:read') === null;
  return (
    <>
      <Command.Empty className="px-3 py-6 text-center text-sm text-muted">
        {isLooking ? 'Looking for it.' : 'Nothing has this name.'}
      </Command.Empty>
      <Group heading="Go to">
        {[...PLACES, REFERENCE, SETTINGS].map(({ href, label, icon }) => (
          <Item key={href} icon={icon} onSelect={go(href)}>
            {label}
          </Item>
        ))}
        {refusal('pipeline:write') === null && (
          <Item icon={Plus} onSelect={go('/pipelines/new')}>
            New pipeline
          </Item>
        )}
      </Group>
      {pipelines.length > 0 && (
        <Group heading="Pipelines">
          {pipelines.map(({ id, name }) => (
            <Item key={id} icon={Workflow} value={`pipeline ${name} ${id}`} onSelect={go(`/pipelines/${id}`)}>
              {name}
            </Item>
          ))}
          {mayOperate &&
            pipelines.map((pipeline) => {
              const isRunning = ['starting', 'copying', 'running'].includes(pipeline.state);
              const verb = isRunning ? verbs.stop : verbs.start;
              const word = isRunning ? 'Stop' : 'Start';
              return (
                <Item
                  key={pipeline.id}
                  icon={isRunning ? CircleStop : CirclePlay}
                  value={`${word} pipeline ${pipeline.name} ${pipeline.id}`}
                  onSelect={act(() => verb.mutate({ id: pipeline.id }))}
                >
                  {word} {pipeline.name}
                </Item>
              );
            })}
        </Group>
      )}
      {tables.length > 0 && (
        <Group heading="Tables">
          {tables.map(({ id, source, pipelineId, pipelineName }) => (
            <Item
              key={id}
              icon={Table2}
              value={`table ${source} ${pipelineName} ${id}`}
              note={pipelineName}
              onSelect={go(`/pipelines/${pipelineId}/tables?table=${id}`)}
            >
              {source}
            </Item>
          ))}
        </Group>
      )}
      {tables.length > 0 && mayReadLake && (
        <Group heading="Lake tables">
          {tables.flatMap(({ destinationId, namespace, lakeNames, pipelineName }) =>
            lakeNames.map((table) => (
              <Item
                key={`${destinationId} ${namespace} ${table}`}
                icon={Layers}
                value={`lake table ${namespace}.${table} ${destinationId}`}
                note={pipelineName}
                onSelect={go(lakeTableHref({ destinationId, namespace, table }))}
              >
                {namespace}.{table}
              </Item>
            )),
          )}
        </Group>
      )}
      {sources.length + destinations.length > 0 && (
        <Group heading="Connections">
          {sources.map(({ id, name }) => (
            <Item key={id} icon={Database} value={`source ${name} ${id}`} onSelect={go(`/sources/${id}`)}>
              {name}
            </Item>
          ))}
          {destinations.map(({ id, name }) => (
            <Item key={id} icon={HardDrive} value={`destination ${name} ${id}`} onSelect={go(`/destinations/${id}`)}>
              {name}
            </Item>
          ))}
        </Group>
      )}
      <Group heading="Theme">
        {THEMES.map(({ value, label, icon }) => (
          <Item key={value} icon={icon} value={`theme ${label}`} onSelect={act(() => choose(value))}>
            {label}
          </Item>
        ))}
      </Group>
    </>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

type ItemProps = {
  readonly icon: LucideIcon;
  readonly value?: string;
  /** Tells it from others of its name. */
  readonly note?: string;
  readonly onSelect: () => void;
  readonly children: ReactNode;
};

function Item({ icon: Icon, value, note, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      {...(value ? { value } : {})}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-sm px-2.5 text-base data-[selected=true]:bg-raised max-sm:h-11"
    >
      <Icon className="size-4 shrink-0 text-muted" aria-hidden="true" />
      <span className="truncate">{children}</span>
      {note && <span className="ml-auto shrink-0 pl-4 text-sm text-muted">{note}</span>}
    </Command.Item>
  );
}
