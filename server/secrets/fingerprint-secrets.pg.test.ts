import { expect, it } from 'vitest';
import { createPhilotes } from '@/packages/client/client.ts';
import { openSite } from '@/server/web/testing/open-site.ts';

it('tells equal secrets from others, only to those who may write, and stores nothing', async () => {
  await using site = await openSite();
  const scopes = ['source:write', 'source:read', 'destination:write'] as const;
  const philotes = createPhilotes({ url: site.origin, token: await site.keyOf('admin', scopes) });
  const shop = await philotes.POST('/sources', {
    body: { name: 'shop', host: 'db.example.com', database: 'shop', username: 'reader', password: 'hunter2' },
  });
  const lake = await philotes.POST('/destinations', {
    body: {
      name: 'lake',
      storage: { kind: 's3', root: 's3://lake', credentials: { accessKeyId: 'id', secretAccessKey: 'secret' } },
    },
  });
  const [source, destination] = [shop.data?.id ?? '', lake.data?.id ?? ''];
  const { data } = await philotes.POST('/secret-fingerprints', {
    body: {
      secrets: [
        { id: source, field: 'source.password', value: 'hunter2' },
        { id: source, field: 'source.password', value: 'hunter3' },
        { id: destination, field: 'destination.storage', value: { secretAccessKey: 'secret', accessKeyId: 'id' } },
        { id: destination, field: 'destination.storage', value: { secretAccessKey: 'other', accessKeyId: 'id' } },
        { id: destination, field: 'destination.catalog', value: { token: 'x' } },
      ],
    },
  });
  expect(data?.items.map(({ stored, given }) => stored === given)).toEqual([true, false, true, false, false]);
  expect(data?.items[4]?.stored).toBeNull();
  expect(JSON.stringify(data)).not.toMatch(/hunter|secret"/);

  const reader = createPhilotes({ url: site.origin, token: await site.keyOf('admin', ['source:read']) });
  const body = { secrets: [{ id: source, field: 'source.password', value: 'hunter2' }] } as const;
  const refused = reader.POST('/secret-fingerprints', { body: { secrets: [...body.secrets] } });
  await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
