import { expect, it } from 'vitest';
import { memberActor } from '@/server/auth/actor.ts';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { updateDestination } from '@/server/destinations/update-destination.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { updatePipeline } from '@/server/pipelines/update-pipeline.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { updateSource } from '@/server/sources/update-source.ts';
import { openSite } from '@/server/web/testing/open-site.ts';
import { listAudit } from './list-audit.ts';

it('keeps what each update changed, before and after, without secrets', async () => {
  await using site = await openSite();
  const owner = memberActor({ id: await site.memberOf('owner'), role: 'owner' }, '203.0.113.9');
  const { deps } = site;
  const source = await createSource(deps, owner, {
    name: 'shop',
    host: 'a.example.com',
    database: 'shop',
    username: 'philotes',
    password: 'tops3cret',
  });
  const lake = await createDestination(deps, owner, { name: 'lake' });
  const table = { schema: 'public', table: 'orders', mirror: true, changelog: false };
  const ids = { sourceId: source.id, destinationId: lake.id };
  const pipeline = await createPipeline(deps, owner, { name: 'orders', ...ids, namespace: 'shop', tables: [table] });
  await updateSource(deps, owner, { id: source.id, host: 'b.example.com', password: 'tops3cret2' });
  await updateDestination(deps, owner, { id: lake.id, name: 'lake' });
  await updatePipeline(deps, owner, { id: pipeline.id, name: 'purchases' });
  const { items } = await listAudit(deps, owner, { search: 'update', sort: 'at' });
  expect(items.map(({ action, subject, changes }) => [action, subject, changes])).toEqual([
    ['source.update', source.id, [{ field: 'host', before: 'a.example.com', after: 'b.example.com' }]],
    ['destination.update', lake.id, []],
    ['pipeline.update', pipeline.id, [{ field: 'name', before: 'orders', after: 'purchases' }]],
  ]);
  expect(items[0]).toMatchObject({ actorName: 'owner@example.com', detail: { passwordChanged: true } });
  expect(JSON.stringify(items)).not.toContain('tops3cret');
});
