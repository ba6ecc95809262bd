import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toLsn } from '@/server/domain/lsn.ts';
import { AckTracker } from './ack-tracker.ts';

const lsn = (value: number) => toLsn(BigInt(value));
const tracker = () => new AckTracker({ resumeFrom: lsn(100), nowMs: 0 });

describe('the slot', () => {
  test('stays at the resume position until something is stored', () => {
    const acks = tracker();
    acks.began();
    acks.offered({ endLsn: lsn(200), isInTransaction: false });
    acks.passed(lsn(300));
    expect(acks.safe).toBe(lsn(100));
  });

  test('moves exactly to what was stored, never back, never past what was offered', () => {
    const acks = tracker();
    acks.offered({ endLsn: lsn(200), isInTransaction: false });
    acks.stored(lsn(200));
    acks.stored(lsn(150));
    expect(acks.safe).toBe(lsn(200));
    expect(() => acks.stored(lsn(201))).toThrow(RangeError);
  });
});

describe('an idle position', () => {
  test('is due after ten seconds, or after one when the log moved far', () => {
    const acks = tracker();
    acks.passed(lsn(500));
    expect(acks.dueAdvance(9_999)).toBeNull();
    expect(acks.dueAdvance(10_000)).toBe(lsn(500));
    const far = tracker();
    far.passed(lsn(100 + 17 * 1024 * 1024));
    expect(far.dueAdvance(999)).toBeNull();
    expect(far.dueAdvance(1_000)).not.toBeNull();
  });

  test('is ignored while a transaction is open or waits to be offered', () => {
    const acks = tracker();
    acks.began();
    acks.passed(lsn(500));
    expect(acks.dueAdvance(60_000)).toBeNull();
    acks.endedEmpty(lsn(400));
    expect(acks.dueAdvance(60_000)).toBe(lsn(400));
  });

  test('is not due again once offered', () => {
    const acks = tracker();
    acks.passed(lsn(500));
    acks.offered({ endLsn: acks.dueAdvance(10_000) ?? lsn(0), isInTransaction: false });
    expect(acks.dueAdvance(60_000)).toBeNull();
  });
});

test('whatever happens, the safe position is one that was stored (row 17)', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('began' as const) }),
    fc.record({ kind: fc.constantFrom('offered' as const, 'passed' as const, 'endedEmpty' as const), by: fc.nat(50) }),
    fc.record({ kind: fc.constant('stored' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const acks = tracker();
      let at = 100;
      let offered = 100;
      let stored = 100;
      for (const action of steps) {
        if ('by' in action) at += action.by;
        if (action.kind === 'began') acks.began();
        else if (action.kind === 'stored') {
          acks.stored(lsn(offered));
          stored = offered;
        } else if (action.kind === 'offered') {
          offered = at;
          acks.offered({ endLsn: lsn(at), isInTransaction: false });
        } else acks[action.kind](lsn(at));
        expect(acks.safe).toBe(lsn(stored));
      }
    }),
  );
});
