import { Sender_Kind } from '@queqiao/protocol/client';
import { SendMessageRequest } from '@queqiao/protocol/server';
import { BackEnd, metricSum, text, type Chat, type Crowd } from '@queqiao/e2e';
import { RoamingDevice } from '@queqiao/testkit';
import type { Scene } from '../fault.js';
import type { FaultRig } from '../rig.js';

const SHARE = 0.1;
/** Large, so that what the machine keeps in its buffers is soon full. */
const TEXT = text('x'.repeat(60_000));
const AT_ONCE = 12;
/** Keeps a product that never gives anybody up from being flooded for ever. */
const FLOOD_LIMIT_MS = 60_000;
const SLOW = 'queqiao_connect_slow_consumers_total';

/**
 * A tenth of the devices stop reading while their users are flooded, each in the smallest of the own conversations, with long
 * texts for those who are online, until some of them were given up for that; then they read again. The others go on. Rejects
 * when nobody was given up.
 */
export async function floodStalled({ rig, crowd, broken, holdMs }: Scene): Promise<void> {
  const before = await slowConsumers(rig);
  const stalled = someRaw(crowd, rig);
  const users = new Set([...stalled].map(({ userId }) => userId));
  const chats = [...users].map((userId) => smallestChat(crowd, userId));
  const backEnd = new BackEnd(rig.choices.pick(rig.logic).grpcAddress, crowd.app);
  for (const device of stalled) device.stall(true);
  try {
    await broken(() => flood(rig, backEnd, chats, { before, holdMs }));
  } finally {
    for (const device of stalled) device.stall(false);
    backEnd.close();
  }
}

async function flood(
  rig: FaultRig,
  backEnd: BackEnd,
  chats: readonly Chat[],
  { before, holdMs }: { readonly before: number; readonly holdMs: number },
): Promise<void> {
  const begunMs = Date.now();
  const one = async (): Promise<void> => {
    const { id, stayers } = rig.choices.pick(chats);
    const request = SendMessageRequest.create({
      sender: { kind: Sender_Kind.USER, id: rig.choices.pick(stayers) },
      conversationId: id,
      clientMsgId: 'flood',
      content: TEXT,
      onlineOnly: true,
    });
    await backEnd.messages.sendMessage(request, backEnd.options);
  };
  while (Date.now() - begunMs < holdMs || (await slowConsumers(rig)) <= before) {
    if (Date.now() - begunMs > FLOOD_LIMIT_MS) throw new Error('nobody was given up as too slow');
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }
}

function smallestChat(crowd: Crowd, userId: string): Chat {
  const [smallest] = chatsToStayIn(crowd, userId).sort((a, b) => size(a) - size(b));
  if (smallest === undefined) throw new Error(`${userId} is in no conversation`);
  return smallest;
}

/** Who floods, and who is flooded, has to be in it all the time. */
function chatsToStayIn(crowd: Crowd, userId: string): Chat[] {
  return crowd.chats.filter(({ stayers }) => stayers.includes(userId));
}

function size({ stayers, movers }: Chat): number {
  return stayers.length + movers.length;
}

function someRaw(crowd: Crowd, rig: FaultRig): ReadonlySet<RoamingDevice> {
  const raw = crowd.devices.filter(
    (device): device is RoamingDevice =>
      device instanceof RoamingDevice && chatsToStayIn(crowd, device.userId).length > 0,
  );
  const count = Math.max(1, Math.round(crowd.devices.length * SHARE));
  const chosen = new Set<RoamingDevice>();
  while (chosen.size < Math.min(count, raw.length)) chosen.add(rig.choices.pick(raw));
  return chosen;
}

async function slowConsumers(rig: FaultRig): Promise<number> {
  const counts = await Promise.all(rig.connect.map(({ process }) => metricSum(process, SLOW)));
  return counts.reduce((sum, count) => sum + count, 0);
}
