import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openScenario } from './scenario.ts';

test('columns that come, change their name and go within a transaction, under load, lose no value (rows 38, 39, 40)', async () => {
  await using scenario = await openScenario('renames');
  const { table } = scenario;
  await using work = scenario.work();
  for (let round = 1; round <= 6; round++) {
    let isOver = false;
    const writing = (async () => {
      for (let id = 1; !isOver; id = (id % 500) + 1) {
        await scenario.sql(`update ${table} set balance = balance + 1 where id = ${id}`);
        await delay(5);
      }
    })();
    await delay(150);
    await scenario.sql(`begin;
      alter table ${table} add column brief_${round} int;
      update ${table} set brief_${round} = id where id % 5 = 0;
      alter table ${table} rename column brief_${round} to lasting_${round};
      alter table ${table} add column gone_${round} text;
      update ${table} set gone_${round} = 'g' where id % 7 = 0;
      alter table ${table} drop column gone_${round};
      commit`);
    await delay(150);
    isOver = true;
    await writing;
    await scenario.caughtUp(work);
    const { mirror, changelog } = await scenario.pipeline.compare(table, ['id']);
    expect({ round, mirror, changelog }).toMatchObject({ round, mirror: { equal: true }, changelog: { equal: true } });
  }
});
