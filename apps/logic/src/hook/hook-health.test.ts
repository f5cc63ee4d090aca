import type { AppId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock, metricValue, silentLogger } from '@queqiao/runtime/testing';
import { describe, expect, it } from 'vitest';
import { HOOK_NOTE_MAX_APPS, HOOK_NOTE_PAUSE_MS, HookHealth } from './hook-health.js';
import type { HookNote } from './ports.js';

const demo = 'demo' as AppId;
const hook = { updatedMs: 1 };

/** What would be written, and to be told whether the database answers. */
function rig() {
  const clock = new FakeClock();
  const metrics = new Registry();
  const notes: (HookNote & { appId: AppId })[] = [];
  const state = { answers: true };
  const note = (appId: AppId, noted: HookNote) => {
    if (!state.answers) return Promise.reject(new Error('away'));
    notes.push({ appId, ...noted });
    return Promise.resolve();
  };
  const health = new HookHealth({ rows: { note }, clock, logger: silentLogger(), metrics });
  const pass = (ms: number) => clock.advance(ms);
  const metric = (name: string) => metricValue(metrics, `queqiao_before_send_${name}`);
  return { clock, notes, state, health, pass, metric };
}

describe('how a hook is doing', () => {
  it('is noted with the first failure, and then once in a while with what came since', () => {
    const { clock, notes, health, pass } = rig();
    for (let n = 0; n < 100; n += 1) health.failed(demo, hook, 'timeout');
    expect(notes).toMatchObject([{ appId: demo, failures: 1, lastError: 'timeout' }]);
    pass(HOOK_NOTE_PAUSE_MS - 1);
    health.failed(demo, hook, 'status 500');
    const lastFailureMs = clock.now();
    expect(notes).toHaveLength(1);
    pass(1);
    expect(notes.slice(1)).toMatchObject([
      { failures: 100, lastError: 'status 500', lastFailureMs, lastRecoveryMs: 0 },
    ]);
    pass(HOOK_NOTE_PAUSE_MS);
    expect(notes).toHaveLength(2);
    health.failed(demo, hook, 'tls');
    expect(notes.slice(2)).toMatchObject([{ failures: 1, lastError: 'tls' }]);
  });

  it('is not noted of one that answers, but once when it does so again', async () => {
    const { notes, health, pass, metric } = rig();
    health.answered(demo, hook);
    expect(notes).toEqual([]);
    health.failed(demo, hook, 'timeout');
    expect(await metric('failing')).toBe(1);
    for (let n = 0; n < 100; n += 1) health.answered(demo, hook);
    pass(HOOK_NOTE_PAUSE_MS);
    expect(notes.slice(1)).toMatchObject([{ failures: 0 }]);
    expect(notes[1]?.lastRecoveryMs).toBeGreaterThan(0);
    health.answered(demo, hook);
    pass(HOOK_NOTE_PAUSE_MS);
    expect(notes).toHaveLength(2);
    expect(await metric('failing')).toBe(0);
  });

  it('is of the hook that was asked: of another one nothing is counted, and no answer', () => {
    const { notes, health, pass } = rig();
    health.failed(demo, hook, 'timeout');
    health.failed(demo, hook, 'timeout');
    health.failed(demo, { updatedMs: 2 }, 'tls');
    health.answered(demo, hook);
    pass(HOOK_NOTE_PAUSE_MS);
    expect(notes.slice(1)).toMatchObject([{ updatedMs: 2, failures: 1, lastRecoveryMs: 0 }]);
  });

  it('is noted of no more apps at a time than there may be, until one is quiet', async () => {
    const { notes, health, pass, metric } = rig();
    const names = Array.from({ length: HOOK_NOTE_MAX_APPS }, (_, n) => `app-${n}` as AppId);
    for (const name of names) health.failed(name, hook, 'timeout');
    health.failed(demo, hook, 'timeout');
    expect(notes).toHaveLength(HOOK_NOTE_MAX_APPS);
    expect(await metric('unnoted_total')).toBe(1);
    pass(HOOK_NOTE_PAUSE_MS);
    health.failed(demo, hook, 'timeout');
    expect(notes.at(-1)).toMatchObject({ appId: demo, failures: 1 });
    expect(await metric('failing')).toBe(HOOK_NOTE_MAX_APPS);
  });

  it('is counted as unseen when the database does not answer, and noted with the next failure', async () => {
    const { notes, state, health, pass, metric } = rig();
    state.answers = false;
    health.failed(demo, hook, 'timeout');
    pass(HOOK_NOTE_PAUSE_MS);
    state.answers = true;
    health.failed(demo, hook, 'timeout');
    expect(notes).toHaveLength(1);
    await Promise.resolve();
    expect(await metric('unnoted_total')).toBe(1);
  });
});
