import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.js';
import { Lifecycle, type Component } from './lifecycle.js';
import { silentLogger } from './logger.js';

function rig() {
  const clock = new FakeClock();
  const seen: string[] = [];
  const lifecycle = new Lifecycle({ clock, logger: silentLogger() });
  const part = (name: string, changes: Partial<Component> = {}): Component => ({
    name,
    start: () => void seen.push(`+${name}`),
    stop: () => void seen.push(`-${name}`),
    ...changes,
  });
  return { clock, seen, lifecycle, part };
}

const never = (): Promise<void> => new Promise(() => undefined);

describe('start', () => {
  it('starts in order and stops in reverse, once', async () => {
    const { seen, lifecycle, part } = rig();
    lifecycle.add(part('a')).add(part('b')).add({ name: 'empty' });
    await lifecycle.start();
    expect(lifecycle.state).toBe('started');
    const [first, second] = await Promise.all([lifecycle.stop(1_000), lifecycle.stop(1)]);
    expect(first).toEqual({ clean: true, problems: [] });
    expect(second).toBe(first);
    expect(seen).toEqual(['+a', '+b', '-b', '-a']);
    expect(lifecycle.state).toBe('stopped');
  });

  it('undoes what had started when one fails, and says which', async () => {
    const { seen, lifecycle, part } = rig();
    const cause = new Error('port taken');
    lifecycle.add(part('a')).add(part('b'));
    lifecycle.add(part('c', { start: () => Promise.reject(cause) })).add(part('d'));
    await expect(lifecycle.start()).rejects.toMatchObject({ message: 'c did not start', cause });
    expect(seen).toEqual(['+a', '+b', '-b', '-a']);
    await expect(lifecycle.stop(1)).resolves.toEqual({ clean: true, problems: [] });
  });

  it('refuses a second start and late components', async () => {
    const { lifecycle, part } = rig();
    await lifecycle.start();
    await expect(lifecycle.start()).rejects.toThrow('started');
    expect(() => lifecycle.add(part('late'))).toThrow('late');
  });
});

describe('stop', () => {
  it('goes on after a failure and names it', async () => {
    const { seen, lifecycle, part } = rig();
    lifecycle.add(part('a')).add(part('b', { stop: () => Promise.reject(new Error('no')) }));
    await lifecycle.start();
    await expect(lifecycle.stop(1_000)).resolves.toEqual({ clean: false, problems: ['b'] });
    expect(seen).toEqual(['+a', '+b', '-a']);
  });

  it('waits no longer than its deadline but still tells everybody', async () => {
    const { clock, seen, lifecycle, part } = rig();
    lifecycle.add(part('a')).add(part('stuck', { stop: never }));
    await lifecycle.start();
    const stop = lifecycle.stop(5_000);
    await clock.advanceAsync(5_000);
    await expect(stop).resolves.toEqual({ clean: false, problems: ['stuck'] });
    expect(seen).toEqual(['+a', '+stuck', '-a']);
    expect(clock.pending).toBe(0);
  });

  it('during start lets the current component finish and starts no other', async () => {
    const { clock, seen, lifecycle, part } = rig();
    lifecycle.add(part('slow', { start: () => clock.sleep(100) })).add(part('b'));
    const start = lifecycle.start();
    const stop = lifecycle.stop(1_000);
    const failed = start.catch((error: unknown) => error);
    await clock.advanceAsync(100);
    expect(await failed).toMatchObject({ message: 'b did not start' });
    await expect(stop).resolves.toEqual({ clean: true, problems: [] });
    expect(seen).toEqual(['-slow']);
  });

  it('undoes a start that outlasts the deadline as soon as it is through', async () => {
    const { clock, seen, lifecycle, part } = rig();
    lifecycle.add(part('slow', { start: () => clock.sleep(5_000) })).add(part('b'));
    const failed = lifecycle.start().catch((error: unknown) => error);
    const stop = lifecycle.stop(1_000);
    await clock.advanceAsync(1_000);
    await stop;
    expect(seen).toEqual([]);
    await clock.advanceAsync(4_000);
    expect(await failed).toMatchObject({ message: 'b did not start' });
    expect(seen).toEqual(['-slow']);
  });
});
