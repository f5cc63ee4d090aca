import { parseArgs } from 'node:util';
import type { Feed } from '@queqiao/e2e';
import type { RunOptions } from './run-faults.js';

/** Half of the devices only ever read; the others live on pushes and read when they are told to. One is the product's client. */
const FEEDS: readonly Feed[] = ['both', 'sync', 'sdk', 'sync'];

export interface MainOptions extends Omit<RunOptions, 'log'> {
  /** The run has failed unless so many operations were acknowledged and the list was run whole; 0: as it comes. */
  readonly atLeast: number;
  /** A folder with a kept history: nothing is run, and it is judged again. */
  readonly judge: string | undefined;
}

/** Throws an error whose message is for the person who typed. */
export function parseRunArguments(args: readonly string[]): MainOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      duration: { type: 'string', default: '20m' },
      seed: { type: 'string' },
      devices: { type: 'string' },
      rate: { type: 'string' },
      feeds: { type: 'string', default: FEEDS.join(',') },
      only: { type: 'string', default: '' },
      'at-least': { type: 'string', default: '0' },
      judge: { type: 'string' },
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
    feeds: words(values.feeds).map(feed),
    only: words(only),
    atLeast: whole('--at-least', values['at-least'], 0),
    judge: values.judge,
  };
}

function words(text: string): string[] {
  return text.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}

function feed(word: string): Feed {
  const found = (['both', 'push', 'sync', 'sdk'] as const).find((each) => each === word);
  if (found === undefined) throw new Error('--feeds takes both, push, sync and sdk');
  return found;
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
