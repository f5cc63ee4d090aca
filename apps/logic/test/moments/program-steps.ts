import fc from 'fast-check';
import type { Kind, Range } from './plain-moments.js';

export const PEOPLE = ['ann', 'bob', 'carol', 'dave', 'eve', 'frank', 'gina', 'hal'] as const;
export const TAGS = ['work', 'family'] as const;

/** People and posts by places in lists, which are as long as they are by then: so every part of a program is one too. */
export interface AudiencePick {
  readonly kind: Kind;
  readonly people: readonly number[];
  readonly tags: readonly string[];
}

export const LISTS = ['timeline', 'new posts', 'person', 'post'] as const;

export type Step =
  | {
      readonly do: 'post';
      readonly who: number;
      readonly audience: AudiencePick;
      readonly mentions: readonly number[];
    }
  | {
      readonly do: 'edit';
      readonly post: number;
      readonly by: number;
      readonly mentions: readonly number[];
    }
  | {
      readonly do: 'set audience';
      readonly post: number;
      readonly by: number;
      readonly audience: AudiencePick;
    }
  | { readonly do: 'delete'; readonly post: number; readonly by: number }
  /** As if it had been made so many days before. */
  | { readonly do: 'age'; readonly post: number; readonly days: number }
  | {
      readonly do: 'befriend' | 'part' | 'block' | 'unblock';
      readonly who: number;
      readonly whom: number;
    }
  | {
      readonly do: 'note';
      readonly who: number;
      readonly whom: number;
      readonly change: {
        readonly tags?: readonly string[];
        readonly hideMine?: boolean;
        readonly hideTheirs?: boolean;
      };
    }
  | { readonly do: 'set range'; readonly who: number; readonly range: Range }
  /** All jobs that wait. */
  | { readonly do: 'work' }
  | {
      readonly do: 'read';
      readonly list: (typeof LISTS)[number];
      readonly who: number;
      readonly pick: number;
      readonly limit: number;
    };

export interface Program {
  readonly friends: readonly (readonly [number, number])[];
  readonly steps: readonly Step[];
}

const pairs = PEOPLE.flatMap((_, a) => Array.from({ length: a }, (__, b) => [b, a] as const));
/** The first four have more to do with each other. */
const person = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 3 }) },
  { weight: 1, arbitrary: fc.nat({ max: PEOPLE.length - 1 }) },
);
/** Of a post: 0, or 1 of 5, is its author. */
const by = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: person });
const pick = fc.nat({ max: 20 });
const some = fc.array(person, { maxLength: 3, size: 'max' });
const someTags = fc.subarray([...TAGS]);
const is = <Name extends Step['do']>(...names: Name[]) => fc.constantFrom(...names);
const audience: fc.Arbitrary<AudiencePick> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant<Kind>('FRIENDS'),
      people: fc.constant([]),
      tags: fc.constant([]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant<Kind>('PRIVATE'),
      people: fc.constant([]),
      tags: fc.constant([]),
    }),
  },
  {
    weight: 6,
    arbitrary: fc
      .record({ kind: fc.constantFrom<Kind>('ONLY', 'EXCEPT'), people: some, tags: someTags })
      .map(({ kind, people, tags }) => {
        const named = people.length + tags.length > 0;
        return { kind, people: named ? people : [0], tags };
      }),
  },
);
const change = fc.oneof(
  fc.record({ tags: someTags }),
  fc.record({ hideMine: fc.boolean() }),
  fc.record({ hideTheirs: fc.boolean() }),
);

const kinds: { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  { weight: 12, arbitrary: fc.record({ do: is('post'), who: person, audience, mentions: some }) },
  { weight: 3, arbitrary: fc.record({ do: is('edit'), post: pick, by, mentions: some }) },
  { weight: 4, arbitrary: fc.record({ do: is('set audience'), post: pick, by, audience }) },
  { weight: 2, arbitrary: fc.record({ do: is('delete'), post: pick, by }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: is('age'), post: pick, days: fc.constantFrom(2, 10, 60, 300) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: is('befriend', 'befriend', 'part', 'block', 'unblock'),
      who: person,
      whom: person,
    }),
  },
  { weight: 7, arbitrary: fc.record({ do: is('note'), who: person, whom: person, change }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('set range'),
      who: person,
      range: fc.constantFrom<Range>('ALL', 'SIX_MONTHS', 'ONE_MONTH', 'THREE_DAYS'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: is('work') }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: is('read'),
      list: fc.constantFrom(...LISTS),
      who: person,
      pick,
      limit: fc.nat({ max: 4 }),
    }),
  },
];

/** Arrays are short, and values small, unless it is said that they need not be. */
export const programs: fc.Arbitrary<Program> = fc.noBias(
  fc.record({
    friends: fc.subarray(pairs, { maxLength: 10 }),
    steps: fc.array(fc.oneof(...kinds), { maxLength: 100, size: 'max' }),
  }),
);
