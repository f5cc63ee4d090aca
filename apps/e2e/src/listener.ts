import { setTimeout as sleep } from 'node:timers/promises';
import { Sender_Kind } from '@queqiao/protocol/client';
import { SendMessageRequest } from '@queqiao/protocol/server';
import { BareDevice, longRun, type TestApp, type TestCluster } from '@queqiao/testkit';
import { BackEnd, text } from './doors.js';

const IN_A_ROW = 3;
/** A busy machine may take longer. After three seconds it is pushed by whoever finds that it was not, which is no push as it should be. */
const WAIT_FOR_PUSH_MS = longRun() ? 500 : 2_000;
/** Keeps a broken product from hanging the test; no measurement. */
const GIVE_UP_MS = 90_000;

/** A device that signs in once and then only listens: it never syncs, pulls or reconnects, so pushes alone can feed it. */
export class Listener {
  #sent = 0;

  private constructor(
    readonly device: BareDevice,
    private readonly backEnd: BackEnd,
  ) {}

  /** In an app of its own, because its messages are in nobody's history. */
  static async start(cluster: TestCluster, app: TestApp, connectNode: number): Promise<Listener> {
    const backEnd = new BackEnd(cluster.logicAt(0).grpcAddress, app);
    await backEnd.upsert('listener', 'talker');
    const token = await app.token('listener');
    const { socketUrl } = cluster.connectAt(connectNode);
    const device = await BareDevice.signIn(socketUrl, { token, deviceId: `l${connectNode}` });
    const pings = setInterval(() => {
      if (device.closeCode === undefined) device.send({ $case: 'ping', value: {} });
    }, 5_000);
    void device.closed.then(() => clearInterval(pings));
    return new Listener(device, backEnd);
  }

  /** Sends fresh messages until several in a row are pushed; resolves with the milliseconds until the first of those. */
  async untilPushed(): Promise<number> {
    const begun = Date.now();
    for (let row = 0, firstMs = 0; ;) {
      if (Date.now() - begun > GIVE_UP_MS) throw new Error('fresh messages are not pushed');
      const sentAfterMs = Date.now() - begun;
      if (await this.#arrives()) {
        row += 1;
        if (row === 1) firstMs = sentAfterMs;
        if (row === IN_A_ROW) return firstMs;
      } else row = 0;
    }
  }

  async stop(): Promise<void> {
    this.backEnd.close();
    await this.device.close();
  }

  async #arrives(): Promise<boolean> {
    this.#sent += 1;
    const clientMsgId = `${process.pid}-${this.#sent}-${Date.now()}`;
    const sender = { kind: Sender_Kind.USER, id: 'talker' };
    const message = { sender, clientMsgId, conversationId: 'd:listener:talker' };
    await this.backEnd.messages.sendMessage(
      SendMessageRequest.create({ ...message, content: text('fresh') }),
      this.backEnd.options,
    );
    const push = this.device.next('push', ({ event }) => {
      return event?.$case === 'entry' && event.value.clientMsgId === clientMsgId;
    });
    const arrived = push.then(() => true);
    return Promise.race([arrived, sleep(WAIT_FOR_PUSH_MS, false)]);
  }
}
