import { longRun, testSeed } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Changer, type Scene } from './changers.js';
import { placeWithSlowNode, SLOW_NODE, type MomentPlace } from './moment-place.js';
import { MomentWorld } from './moment-world.js';
import { Reader } from './readers.js';
import { flawsOf, SightHistory } from './sightings.js';
import { Talker } from './talkers.js';

const ROUNDS = longRun() ? 250 : 25;
const SLOW_READS = longRun() ? 1_000 : 100;
const LIMIT_MS = longRun() ? 1_200_000 : 120_000;
/** Ann, bob, carol and dave know each other; eve and frank know carol and dave. */
const FRIENDS = [
  [0, 1],
  [0, 2],
  [0, 3],
  [1, 2],
  [1, 3],
  [2, 3],
  [2, 4],
  [3, 4],
  [2, 5],
  [3, 5],
] as const;
const VIEWERS = ['carol', 'dave'];

let place: MomentPlace;

beforeAll(async () => {
  place = await placeWithSlowNode();
});
afterAll(() => place.close());

async function open(): Promise<Scene> {
  const seed = testSeed();
  console.log(`at once: TEST_SEED=${seed}`);
  const world = await MomentWorld.open(place, FRIENDS);
  return { world, history: new SightHistory(), random: randomFrom(seed) };
}

/** All of it together, until what is said to be its end. */
async function play(
  readers: readonly Reader[],
  changes: (isOver: () => boolean) => readonly Promise<void>[],
  isOver: () => boolean,
): Promise<void> {
  let failed = false;
  const ends = () => failed || isOver();
  const parts = [...changes(ends), ...readers.map((reader) => reader.readUntil(ends))];
  await Promise.all(
    parts.map((part) =>
      part.catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    ),
  );
}

it(
  'a read that began after a change was acknowledged shows nothing that the change excludes',
  async () => {
    const scene = await open();
    const { history } = scene;
    const authors = ['ann', 'bob'].map((name) => new Changer(scene, name));
    const [ann] = authors;
    if (ann === undefined) throw new Error('nobody posts');
    const talk = { ...(await ann.make('ann-stays')), author: 'ann' };
    ann.posts.shift();
    const bob = new Talker(scene, 'bob', talk);
    const readers = [...VIEWERS, ...VIEWERS].map((viewer) => {
      return new Reader(scene, viewer, authors, talk);
    });
    let changing = true;
    await play(
      readers,
      () => {
        const changes = authors.flatMap((author) => [
          author.posting(ROUNDS, VIEWERS),
          ...VIEWERS.map((viewer) => author.quarrelling(ROUNDS, viewer)),
        ]);
        changes.push(bob.commenting(ROUNDS), bob.liking(ROUNDS));
        return [Promise.all(changes).then(() => void (changing = false))];
      },
      () => !changing,
    );
    expect(flawsOf(history)).toEqual([]);
    const places = history.sightings.map(({ where }) => where);
    for (const where of [
      'the timeline',
      'new posts',
      'posts of ann',
      'a post',
      'comments',
      'likes',
    ]) {
      expect(places).toContain(where);
    }
    console.log(`at once: ${history.reads} reads, ${history.exclusions.length} exclusions`);
  },
  LIMIT_MS,
);

it(
  'a read shows nothing that was not to be seen at one moment at least',
  async () => {
    const scene = await open();
    const { history } = scene;
    const [eve, frank] = [new Changer(scene, 'eve'), new Changer(scene, 'frank')];
    const talk = { ...(await frank.make('frank-stays')), author: 'frank' };
    const talker = new Talker(scene, 'frank', talk);
    // By the slow line there are several changes between one statement and the next.
    const readers = [...VIEWERS, ...VIEWERS].map((viewer) => {
      return new Reader(scene, viewer, [eve, frank], talk, SLOW_NODE);
    });
    await play(
      readers,
      (isOver) => [
        ...VIEWERS.map((viewer) => eve.swinging(isOver, viewer)),
        frank.missing(isOver, 'dave'),
        talker.whispering(isOver, frank, 'carol'),
      ],
      () => history.reads >= SLOW_READS,
    );
    expect(flawsOf(history)).toEqual([]);
    console.log(`at once: ${history.reads} reads, ${history.exclusions.length} exclusions`);
  },
  LIMIT_MS,
);

/** xorshift32: numbers below 1. */
function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
