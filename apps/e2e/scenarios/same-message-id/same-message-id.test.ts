import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@queqiao/domain';
import { checkHistory, History, longRun, readLogTable, RoamingDevice } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { BackEnd, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster();
const PAIRS = longRun() ? 5_000 : 200;
const IN_FLIGHT = 16;
const PEERS = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'];

/** Far more than a product that works needs. */
const MAX_ATTEMPTS = 200;

async function untilKnown(send: () => Promise<number>): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const again = error instanceof DomainError && error.row.retryable;
      if (!again || attempt === MAX_ATTEMPTS) throw error;
      await sleep(20);
    }
  }
}

it('one entry and one seq for an id that is sent twice, to two nodes at the same moment', async () => {
  const { app, logic, database, socketUrls } = cluster();
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, app);
  await backEnd.upsert(...PEERS);
  const token = await app.token('ann');
  const doors = logic.map(({ grpcAddress }) => new UserDoor(grpcAddress, token, 'd1'));
  const device = new RoamingDevice({ urls: socketUrls, app, userId: 'ann', deviceId: 'd2' });
  device.start();
  await device.whenOnline();
  const history = new History();
  const send = (about: { conversationId: string; clientMsgId: string }, work: Work) =>
    history.send({ ...about, sender: 'ann', text: 'twice' }, work);
  let next = 0;
  const pairs = async (): Promise<void> => {
    while (next < PAIRS) {
      const number = (next += 1);
      const conversationId = `d:ann:${PEERS[number % PEERS.length] ?? ''}`;
      const about = { conversationId, clientMsgId: `m${number}` };
      const seqs = await Promise.all(
        doors.map((door) =>
          send(about, () =>
            untilKnown(() => door.send(conversationId, about.clientMsgId, 'twice')),
          ),
        ),
      );
      seqs.push(await send(about, () => device.send(conversationId, about.clientMsgId, 'twice')));
      expect(new Set(seqs).size).toBe(1);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, pairs));
  const table = await readLogTable(database.url, app.appId);
  expect(checkHistory({ history, table, members: new Map() })).toEqual([]);
  expect([...table.values()].flat()).toHaveLength(PAIRS);
  for (const each of [backEnd, ...doors]) each.close();
  await device.stop();
});

type Work = () => Promise<number>;
