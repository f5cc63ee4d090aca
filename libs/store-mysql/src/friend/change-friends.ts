import {
  directConversationId,
  selfConversationId,
  type ConversationId,
  type FriendRecord,
  type UserId,
} from '@queqiao/domain';
import type { DecideFriends, FriendStep, FriendWork } from '../friend-types.js';
import type { LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { StoreContext } from '../store-context.js';
import { orderJobs } from '../moment/job-rows.js';
import { dropSources } from '../moment/sources.js';
import { readFacts } from './friend-facts.js';
import { writeBlock, writeFlags, writeFriend, writeRequest } from './friend-writes.js';

/** Thrown when a plan turns out to need the chat, whose head stands before those of feeds. */
class ChatNeeded extends Error {
  override readonly name = 'ChatNeeded';
}

/** One transaction: heads are locked, facts are read, the plan is made and carried out. */
export async function changeFriends<T>(
  context: StoreContext,
  input: FriendWork,
  decide: DecideFriends<T>,
): Promise<LogOutcome<T>> {
  if (input.userId === input.peerId) throw new RangeError('a change is between two users');
  try {
    return await run(context, input, decide);
  } catch (error) {
    if (!(error instanceof ChatNeeded)) throw error;
    return run(context, { ...input, chat: true }, decide);
  }
}

function run<T>(
  context: StoreContext,
  input: FriendWork,
  decide: DecideFriends<T>,
): Promise<LogOutcome<T>> {
  return inLog(context, { ...input, heads: headsOf(input) }, async (tx) => {
    const { steps, answer } = decide(await readFacts(tx, input));
    if (!input.chat && steps.some(({ op }) => op === 'flags' || op === 'chat')) {
      throw new ChatNeeded();
    }
    let own: FriendRecord | null = null;
    for (const step of steps) own = (await carryOut(context, tx, input, step)) ?? own;
    dropSources(tx, steps.flatMap(partedBy));
    return answer(own);
  });
}

function headsOf({ userId, peerId, feeds, chat }: FriendWork): ConversationId[] {
  const own = feeds === 'none' ? [] : [selfConversationId(userId)];
  const other = feeds === 'both' ? [selfConversationId(peerId)] : [];
  return [...(chat ? [directConversationId(userId, peerId)] : []), ...own, ...other];
}

/** Answers the row of `own`, when the step wrote it. */
async function carryOut(
  context: StoreContext,
  tx: LogTransaction,
  input: FriendWork,
  step: FriendStep,
): Promise<FriendRecord | null> {
  switch (step.op) {
    case 'friend': {
      const friend = writeFriend(tx, step);
      return step.userId === input.userId ? friend : null;
    }
    case 'request':
      await writeRequest(tx, step);
      return null;
    case 'block':
      writeBlock(tx, input, step);
      return null;
    case 'flags':
      await writeFlags(tx, input, step);
      return null;
    case 'chat':
      tx.append(directConversationId(input.userId, input.peerId), step.entry);
      return null;
    case 'timelines':
      backFill(context, tx, input);
      return null;
  }
}

function partedBy(step: FriendStep): { userId: UserId; friendId: UserId }[] {
  if (step.op !== 'friend' || step.active) return [];
  return [{ userId: step.userId, friendId: step.friend.friendId }];
}

/** One job for each direction. */
function backFill(
  { dispatchIds }: StoreContext,
  tx: LogTransaction,
  { userId, peerId, owner }: FriendWork,
): void {
  const job = { kind: 'back-fill', appId: tx.appId } as const;
  orderJobs(tx, dispatchIds, owner, [
    { ...job, authorId: peerId, viewerId: userId },
    { ...job, authorId: userId, viewerId: peerId },
  ]);
}
