import { describe, expect, it } from 'vitest';
import { isAtRest, nextPipelineState, PIPELINE_STATES, type PipelineEvent } from './pipeline-state.ts';
import { nextTableState, TABLE_STATES } from './table-state.ts';

const EVENTS: PipelineEvent[] = ['start', 'copy', 'live', 'pause', 'stop', 'released', 'fail'];

describe('nextPipelineState', () => {
  it('repeats harmlessly: an event that already happened leads nowhere else', () => {
    for (const state of PIPELINE_STATES) {
      for (const event of EVENTS) {
        const next = nextPipelineState(state, event);
        if (next === null) continue;
        const again = nextPipelineState(next, event);
        expect([state, event, again ?? next]).toEqual([state, event, next]);
      }
    }
  });

  it('leaves needs_attention only when a person asks', () => {
    for (const event of ['copy', 'live', 'released', 'fail', 'pause'] as const) {
      expect(nextPipelineState('needs_attention', event) ?? 'needs_attention').toBe('needs_attention');
    }
    expect(nextPipelineState('needs_attention', 'start')).toBe('starting');
  });

  it('never begins work that nobody asked for', () => {
    for (const state of PIPELINE_STATES.filter(isAtRest)) {
      expect(nextPipelineState(state, 'copy')).toBeNull();
      expect(nextPipelineState(state, 'live')).toBeNull();
    }
  });
});

describe('nextTableState', () => {
  it('reaches live only from catching up, and a resync begins anew from anywhere', () => {
    const before = TABLE_STATES.filter((state) => nextTableState(state, 'caughtUp') === 'live');
    expect(before).toEqual(['catching_up', 'live']);
    for (const state of TABLE_STATES) expect(nextTableState(state, 'resync')).toBe('pending');
  });
});
