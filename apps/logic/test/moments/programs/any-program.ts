import fc from 'fast-check';
import type { Kind, Range } from './plain-moments.js';
import {
  LISTS,
  PEOPLE,
  TAGS,
  type AudiencePick,
  type Program,
  type Step,
} from './program-steps.js';

/** The first four have more to do with each other. */
const CLOSE = 4;
const pairs = PEOPLE.flatMap((_, a) => Array.from({ length: a }, (__, b) => [b, a] as const));
const friends = fc
  .tuple(
    fc.subarray(
      pairs.filter(([, a]) => a < CLOSE),
      { minLength: 2 },
    ),
    fc.subarray(
      pairs.filter(([, a]) => a >= CLOSE),
      { maxLength: 4 },
    ),
  )
  .map((parts) => parts.flat());
const person = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: CLOSE - 1 }) },
  { weight: 1, arbitrary: fc.nat({ max: PEOPLE.length - 1 }) },
);
/** Of a post: 0, or 1 of 5, is its author. */
const by = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: person });
const pick = fc.nat({ max: 20 });
const some = fc.array(person, { maxLength: 3, size: 'max' });
const someTags = fc.subarray([...TAGS]);
/** An audience without tags is one that posts are written out to alone. */
const namedTags = fc.oneof(fc.constant([]), someTags);
const is = <Name extends Step['do']>(...names: Name[]) => fc.constantFrom(...names);
const audience: fc.Arbitrary<AudiencePick> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant<Kind>('FRIENDS'),
      people: fc.constant([]),
      tags: fc.constant([]),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant<Kind>('PRIVATE'),
      people: fc.constant([]),
      tags: fc.constant([]),
    }),
  },
  {
    weight: 8,
    arbitrary: fc
      .record({ kind: fc.constantFrom<Kind>('ONLY', 'EXCEPT'), people: some, tags: namedTags })
      .map(({ kind, people, tags }) => {
        const named = people.length + tags.length > 0;
        return { kind, people: named ? people : [0], tags };
      }),
  },
);
const change = fc.oneof(
  fc.record({ tags: someTags }),
  fc.record({ tags: someTags }),
  fc.record({ hideMine: fc.boolean() }),
  fc.record({ hideTheirs: fc.boolean() }),
);

const kinds: { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  { weight: 7, arbitrary: fc.record({ do: is('post'), who: person, audience, mentions: some }) },
  { weight: 3, arbitrary: fc.record({ do: is('edit'), post: pick, by, mentions: some }) },
  { weight: 7, arbitrary: fc.record({ do: is('set audience'), post: pick, by, audience }) },
  { weight: 2, arbitrary: fc.record({ do: is('delete'), post: pick, by }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: is('age'), post: pick, days: fc.constantFrom(2, 10, 60, 300) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: is('befriend', 'befriend', 'part', 'block', 'block', 'unblock'),
      who: person,
      whom: person,
    }),
  },
  { weight: 9, arbitrary: fc.record({ do: is('note'), who: person, whom: person, change }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('set range'),
      who: person,
      range: fc.constantFrom<Range>('ALL', 'SIX_MONTHS', 'ONE_MONTH', 'THREE_DAYS'),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ do: is('like', 'like', 'unlike'), who: person, post: pick }),
  },
  { weight: 2, arbitrary: fc.record({ do: is('share'), who: person, post: pick }) },
  {
    weight: 18,
    arbitrary: fc.record({
      do: is('comment'),
      who: person,
      post: pick,
      answers: fc.option(pick, { freq: 3, nil: null }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: is('delete comment'),
      comment: pick,
      by: fc.constantFrom('writer', 'author', 'somebody'),
      who: person,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: is('mark'), who: person, pick }) },
  { weight: 12, arbitrary: fc.record({ do: is('work') }) },
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
    friends,
    steps: fc.array(fc.oneof(...kinds), { maxLength: 100, size: 'max' }),
  }),
);
