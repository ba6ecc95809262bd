import { describe, expect, it } from 'vitest';
import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { auditOf, openControl, SOURCE } from '@/server/testing/open-control.ts';
import { createSource } from './create-source.ts';
import { listSources } from './list-sources.ts';
import { openSource } from './open-source.ts';
import { updateSource } from './update-source.ts';

describe('sources', () => {
  it('keep their password sealed and out of every view and of the audit log', async () => {
    await using control = await openControl();
    const created = await createSource(control.deps, SYSTEM_ACTOR, SOURCE);
    expect(created).toMatchObject({ name: 'shop', port: 5432, tlsMode: 'verify-full', hasPassword: true });
    expect(await openSource(control.deps, created.id)).toMatchObject({ user: 'philotes', password: 'hunter2hunter2' });
    const dump = await control.query(
      `select source::text from source union all select audit_entry::text from audit_entry`,
    );
    expect(JSON.stringify([dump, await listSources(control.deps, SYSTEM_ACTOR)])).not.toContain('hunter2');
    expect(await auditOf(control)).toEqual(['system source.create']);
  });

  it('refuse a name twice, an unknown field, and another host without the password', async () => {
    await using control = await openControl();
    const { id } = await createSource(control.deps, SYSTEM_ACTOR, SOURCE);
    await expect(createSource(control.deps, SYSTEM_ACTOR, SOURCE)).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await expect(updateSource(control.deps, SYSTEM_ACTOR, { id })).rejects.toThrow(/at least one field/);
    const odd = { ...SOURCE, name: 'x', sslmode: 'off' };
    await expect(createSource(control.deps, SYSTEM_ACTOR, odd)).rejects.toThrow(/sslmode/);
    await expect(updateSource(control.deps, SYSTEM_ACTOR, { id, host: 'evil.example.com' })).rejects.toThrow(
      /password/,
    );
    await updateSource(control.deps, SYSTEM_ACTOR, { id, username: 'other', version: '1' });
    await expect(updateSource(control.deps, SYSTEM_ACTOR, { id, port: 1, version: '1' })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(await openSource(control.deps, id)).toMatchObject({ user: 'other', password: 'hunter2hunter2' });
  });
});
