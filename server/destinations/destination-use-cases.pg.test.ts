import { describe, expect, it } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { openControl } from '@/server/testing/open-control.ts';
import { createDestination } from './create-destination.ts';
import { listDestinations } from './list-destinations.ts';
import { openDestination } from './open-destination.ts';

describe('destinations', () => {
  it('are the embedded catalog over the data folder by default', async () => {
    await using control = await openControl();
    const { id } = await createDestination(control.deps, SYSTEM_ACTOR, { name: 'lake' });
    expect(await openDestination(control.deps, id)).toEqual({
      catalog: {
        uri: 'http://127.0.0.1:8474/api/catalog',
        warehouse: 'lake',
        auth: { kind: 'bearer', token: 'i'.repeat(32) },
        isEmbedded: true,
      },
      rootUri: 'file:///srv/philotes/warehouse',
      storage: { kind: 'file', root: '/srv/philotes/warehouse' },
    });
  });

  it('seal the secrets of a foreign catalog and of S3', async () => {
    await using control = await openControl();
    const { id } = await createDestination(control.deps, SYSTEM_ACTOR, {
      name: 'far',
      catalog: {
        kind: 'rest',
        uri: 'https://catalog.example.com/',
        warehouse: 'w',
        auth: { kind: 'oauth2', clientId: 'c', clientSecret: 'tops3cret' },
      },
      storage: {
        kind: 's3',
        root: 's3://bucket/lake/',
        credentials: { accessKeyId: 'a', secretAccessKey: 'tops3cret' },
      },
    });
    const dump = await control.query(
      `select destination::text from destination union all select detail::text from audit_entry`,
    );
    expect(JSON.stringify([dump, await listDestinations(control.deps, SYSTEM_ACTOR)])).not.toContain('tops3cret');
    expect(await openDestination(control.deps, id)).toMatchObject({
      catalog: { auth: { kind: 'oauth2', clientId: 'c', clientSecret: 'tops3cret' } },
      rootUri: 's3://bucket/lake',
      storage: { kind: 's3', region: 'us-east-1', credentials: { secretAccessKey: 'tops3cret' } },
    });
  });

  it('cannot reach outside the data folder', async () => {
    await using control = await openControl();
    const outside = { name: 'x', storage: { kind: 'file', root: 'file:///srv/philotes/../../etc' } } as const;
    await expect(createDestination(control.deps, SYSTEM_ACTOR, outside)).rejects.toThrow(/data folder/);
  });
});
