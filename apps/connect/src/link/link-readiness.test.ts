import { FakeClock } from '@queqiao/runtime/testing';
import { describe, expect, it } from 'vitest';
import { LinkReadiness } from './link-readiness.js';

function make() {
  const clock = new FakeClock();
  return { clock, readiness: new LinkReadiness(clock) };
}

describe('LinkReadiness', () => {
  it('waits for every live logic node', () => {
    const { readiness } = make();
    readiness.update(0, 2);
    expect(readiness.read().ready).toBe(false);
    readiness.update(1, 1);
    expect(readiness.read()).toEqual({
      ready: false,
      reasons: ['link: 1 logic nodes not attached yet'],
    });
    readiness.update(2, 0);
    expect(readiness.read()).toEqual({ ready: true, reasons: [] });
  });

  it('needs only one after ten seconds', () => {
    const { clock, readiness } = make();
    readiness.update(1, 1);
    clock.advance(9_999);
    expect(readiness.read().ready).toBe(false);
    clock.advance(1);
    expect(readiness.read().ready).toBe(true);
  });

  it('never gets ready without any', () => {
    const { clock, readiness } = make();
    readiness.update(0, 0);
    clock.advance(60_000);
    expect(readiness.read()).toEqual({
      ready: false,
      reasons: ['link: no logic node attached yet'],
    });
  });

  it('stays ready while any link is open, and for thirty seconds without one', () => {
    const { clock, readiness } = make();
    readiness.update(2, 0);
    readiness.update(1, 5);
    clock.advance(100_000);
    expect(readiness.read().ready).toBe(true);
    readiness.update(0, 5);
    clock.advance(29_999);
    readiness.update(0, 4);
    expect(readiness.read().ready).toBe(true);
    clock.advance(1);
    expect(readiness.read()).toEqual({ ready: false, reasons: ['link: no logic node attached'] });
    readiness.update(1, 4);
    expect(readiness.read().ready).toBe(true);
  });
});
