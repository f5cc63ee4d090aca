import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { shownBy } from '@queqiao/sdk/testing';
import { eventually, longRun } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { BackEnd } from '../../src/doors.js';
import { Choices, useCluster } from '../../src/scenario.js';
import { chooseOwn, doOwn, write, type OwnDeed } from './deeds.js';
import { DroppingDevice } from './dropping-device.js';
import { Replay } from './replay.js';

const cluster = useCluster();
const ROUNDS = longRun() ? 300 : 20;
/** In every so many rounds nobody writes, so that what depends on the length of a log can be foretold. */
const CALM_EVERY = 4;
const DIRECT = 'd:alice:bob';
const LIMIT_MS = longRun() ? 1_800_000 : 300_000;

/** Deeds of one user in one conversation, in their order. */
interface Turn {
  readonly device: DroppingDevice;
  readonly id: string;
  readonly deeds: OwnDeed[];
}

/** Of each user one device changes what the user has in a conversation, the others look on. */
function turnsOf(
  devices: readonly DroppingDevice[],
  ids: readonly string[],
  choices: Choices,
): Turn[] {
  return ['alice', 'bob'].flatMap((user) =>
    ids.map((id) => {
      const device = choices.pick(devices.filter(({ userId }) => userId === user));
      return { device, id, deeds: [] };
    }),
  );
}

it(
  'three clients whose sockets drop show what the model says, after every round',
  async () => {
    const { database, socketUrls } = cluster();
    const choices = new Choices('replicas');
    const app = await cluster().createApp('replicas', { recallWindowMs: 86_400_000 });
    const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, app);
    await backEnd.upsert('alice', 'bob');
    const group = await backEnd.createGroup('alice', 'lobby', ['bob']);
    backEnd.close();
    const about = { app, urls: socketUrls };
    const devices = await Promise.all([
      DroppingDevice.start({ ...about, userId: 'alice', deviceId: 'phone', fullHistory: true }),
      DroppingDevice.start({ ...about, userId: 'alice', deviceId: 'tablet', fullHistory: false }),
      DroppingDevice.start({ ...about, userId: 'bob', deviceId: 'laptop', fullHistory: true }),
    ]);
    const replay = new Replay(database.url, app.appId, group);
    const ids = [DIRECT, group];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const calm = round % CALM_EVERY === 0;
      const turns = turnsOf(devices, ids, choices);
      await live(devices, turns, { ids, choices, calm, round });
      const quiet = () => devices.every((device) => device.quiet);
      await eventually(`round ${round} comes to its end`, quiet);
      await replay.write(devices);
      for (const { device, id, deeds } of turns) {
        for (const deed of deeds) replay.own(device.userId, id, deed);
      }
      await converge(devices, replay);
      expect(replay.problems).toEqual([]);
    }
    await Promise.all(devices.map((device) => device.stop()));
  },
  LIMIT_MS,
);

/** Everybody does something, and sockets drop and applications restart in between. */
async function live(
  devices: readonly DroppingDevice[],
  turns: readonly Turn[],
  about: {
    readonly ids: readonly string[];
    readonly choices: Choices;
    readonly calm: boolean;
    readonly round: number;
  },
): Promise<void> {
  const { ids, choices, calm, round } = about;
  for (let count = 1; count <= 12; count += 1) {
    const device = choices.pick(devices);
    const { client } = device;
    const words = `${device.name} ${round}.${count}`;
    if (!calm && choices.below(3) > 0) write(client, choices.pick(ids), choices, words);
    else own(choices.pick(turns), choices, calm);
    const fate = choices.below(20);
    if (fate < 3) device.drop();
    else if (fate === 3) await device.restart();
    else if (fate < 10) await sleep(choices.below(20));
  }
}

function own({ device: { client }, id, deeds }: Turn, choices: Choices, calm: boolean): void {
  if (client.conversation(id) === undefined) return;
  const deed = chooseOwn(client, id, choices, calm);
  if (deed === undefined) return;
  deeds.push(deed);
  // A client that is closed before the answer hands it to the next one.
  doOwn(client, id, deed).catch(() => undefined);
}

async function converge(devices: readonly DroppingDevice[], replay: Replay): Promise<void> {
  const same = async (): Promise<boolean> => {
    await replay.receipts();
    await Promise.all(devices.map((device) => device.readAll()));
    return devices.every(({ userId, client }) =>
      isDeepStrictEqual(shownBy(client), replay.model.shown(userId)),
    );
  };
  // What is wrong by then is shown below.
  await eventually('all show the same', same).catch(() => undefined);
  for (const { name, userId, client } of devices) {
    expect({ name, ...shownBy(client) }).toEqual({ name, ...replay.model.shown(userId) });
  }
}
