import fc from 'fast-check';
import type { Fault } from '../fakes/fake-server.js';

/** What becomes of a push on its way to one device. */
export type Weather = 'clear' | 'lost' | 'twice' | 'late';

export const DEEDS = [
  'say',
  'say quietly',
  'name somebody',
  'name everybody',
  'recall',
  'edit',
  'edit and name somebody',
  'delete',
  'react',
  'take a reaction away',
  'pin',
  'unpin',
  'delete for me',
  'clear',
  'read',
  'read a part',
  'put on top',
  'take from the top',
  'mute',
  'unmute',
  'hide',
  'unhide',
  'mark as unread',
  'mark as not unread',
  'draft',
  'drop the draft',
  'remark',
  'drop the remark',
] as const;
export type DeedName = (typeof DEEDS)[number];

export interface Deed {
  readonly what: DeedName;
  /** Picks a message, an emoji, a person. */
  readonly pick: number;
}

/**
 * How deeds are done: until they are settled, or with the next step upon their heels; on a line that is dead since just before;
 * or so, and by a client that is gone before it has noticed.
 */
export type Manner = 'calmly' | 'hastily' | 'in a tunnel' | 'lastly';

export type Step =
  | {
      readonly do: 'act';
      readonly device: number;
      readonly chat: number;
      readonly deeds: readonly Deed[];
      readonly manner: Manner;
    }
  | { readonly do: 'weather'; readonly device: number; readonly weather: Weather }
  | { readonly do: 'release'; readonly device: number; readonly order: number }
  | {
      readonly do: 'trouble';
      readonly device: number;
      readonly what: 'break' | 'restart' | 'leave' | 'older';
    }
  | {
      readonly do: 'fault';
      readonly fault: Fault;
      /** So many calls meet it: all of them, or those that pull only. */
      readonly calls: number;
      readonly pulls: boolean;
    }
  | { readonly do: 'wait'; readonly ms: number };

/** How often things are done, so that there is something to do the others to; what is not named here: once. */
const weights: Readonly<Partial<Record<DeedName, number>>> = {
  say: 12,
  'say quietly': 3,
  'name somebody': 4,
  'name everybody': 4,
  recall: 3,
  edit: 4,
  'edit and name somebody': 4,
  delete: 2,
  react: 4,
  'take a reaction away': 3,
  pin: 3,
  'delete for me': 2,
  read: 3,
  'read a part': 2,
};
const pick = fc.nat({ max: 1_000 });
const anything = fc.record({
  what: fc.oneof(
    ...DEEDS.map((name) => ({ weight: weights[name] ?? 1, arbitrary: fc.constant(name) })),
  ),
  pick,
});
/** Deeds that undo or spoil each other. */
const quarrels: DeedName[][] = [
  ['mute', 'unmute'],
  ['put on top', 'take from the top'],
  ['hide', 'unhide', 'say'],
  ['mark as unread', 'mark as not unread', 'read'],
  ['draft', 'drop the draft'],
  ['remark', 'drop the remark', 'clear'],
  ['react', 'take a reaction away', 'recall'],
  ['pin', 'unpin', 'delete'],
  ['edit', 'edit and name somebody', 'recall'],
];
const quarrel = fc.tuple(fc.constantFrom(...quarrels), pick).chain(([names, same]) =>
  fc.array(fc.record({ what: fc.constantFrom(...names), pick: fc.constant(same) }), {
    minLength: 2,
    maxLength: 4,
  }),
);
const deeds: fc.Arbitrary<Deed[]> = fc.oneof(
  { weight: 3, arbitrary: fc.array(anything, { minLength: 1, maxLength: 4, size: 'max' }) },
  { weight: 1, arbitrary: quarrel },
);
const faults: Fault[] = [
  { error: 'UNAVAILABLE' },
  { error: 'RATE_LIMITED', retryAfterMs: 2_000 },
  'swallow',
  'lose-reply',
];
const is = <Name extends Step['do']>(name: Name) => fc.constant(name);
const device = fc.nat({ max: 2 });

const kinds: { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  {
    weight: 24,
    arbitrary: fc.record({
      do: is('act'),
      device,
      chat: fc.constantFrom(0, 0, 1, 1, 2),
      deeds,
      manner: fc.constantFrom<Manner>(
        ...(['calmly', 'calmly', 'calmly', 'hastily', 'in a tunnel', 'lastly'] as const),
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('weather'),
      device,
      weather: fc.constantFrom<Weather>('clear', 'clear', 'lost', 'twice', 'late'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: is('release'), device, order: fc.nat({ max: 1_000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('trouble'),
      device,
      what: fc.constantFrom('break' as const, 'restart', 'leave', 'older'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: is('fault'),
      fault: fc.constantFrom(...faults),
      calls: fc.integer({ min: 1, max: 4 }),
      pulls: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: is('wait'), ms: fc.constantFrom(0, 300, 2_000, 40_000) }),
  },
];

/** Arrays are short, and values small, unless it is said that they need not be. */
export const steps: fc.Arbitrary<Step[]> = fc.noBias(
  fc.array(fc.oneof(...kinds), { maxLength: 80, size: 'max' }),
);
