import { expect, test } from 'vitest';
import { secondsLeft, slotHealth } from './slot-health.ts';

test('the forecast is what is left over how fast it goes, and none while nothing grows or for later than a week', () => {
  expect(secondsLeft({ safeBytes: 1_000, growth: 10 })).toBe(100);
  expect(secondsLeft({ safeBytes: -5, growth: 10 })).toBe(0);
  expect(secondsLeft({ safeBytes: 1_000, growth: -3 })).toBeNull();
  expect(secondsLeft({ safeBytes: 64_000_000_000, growth: 10_000 })).toBeNull();
  expect(secondsLeft({ safeBytes: null, growth: 10 })).toBeNull();
  expect(secondsLeft({ safeBytes: 1_000, growth: null })).toBeNull();
});

test('a slot that nobody has looked at has no health', () => {
  const unseen = { slot_wal_status: null, slot_retained_bytes: null, slot_safe_bytes: null };
  expect(slotHealth({ ...unseen, slot_growth: null, slot_checked_at: null })).toBeNull();
});
