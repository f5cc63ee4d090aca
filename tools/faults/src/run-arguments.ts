import { parseArgs } from 'node:util';
import type { RunOptions } from './run-faults.js';

/** Throws an error whose message is for the person who typed. */
export function parseRunArguments(args: readonly string[]): Omit<RunOptions, 'log'> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      duration: { type: 'string', default: '20m' },
      seed: { type: 'string' },
      devices: { type: 'string' },
      rate: { type: 'string' },
      only: { type: 'string', default: '' },
    },
  });
  const { quick, only } = values;
  return {
    quick,
    // A quick run ends with its list, not with a time.
    durationMs: quick ? 0 : duration(values.duration),
    seed: whole('--seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 31)), 0),
    devices: whole('--devices', values.devices ?? (quick ? '32' : '64'), 8),
    perSecond: whole('--rate', values.rate ?? (quick ? '120' : '200'), 1),
    only: only.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()])),
  };
}

function duration(text: string): number {
  const match = /^(\d{1,4})(s|m|h)$/.exec(text);
  const unit = { s: 1_000, m: 60_000, h: 3_600_000 }[match?.[2] ?? ''];
  if (match === null || unit === undefined) throw new Error('--duration takes 90s, 20m or 2h');
  return Number(match[1]) * unit;
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new Error(`${option} takes a whole number from ${least}`);
  }
  return value;
}
