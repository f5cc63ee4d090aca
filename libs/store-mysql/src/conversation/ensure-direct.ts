import { conversationRef, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import { retrying, type StoreContext } from '../store-context.js';

/** Conversations of one statement. */
const CHUNK = 500;

/**
 * Member rows before heads: an append looks for the head, so a crash between the two is repaired by the next sender instead
 * of leaving a head that nobody may write to. Both statements commit by themselves, and in the order of ids.
 */
export async function ensureDirect(
  context: StoreContext,
  wanted: readonly { appId: AppId; conversationId: ConversationId }[],
): Promise<void> {
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const heads = wanted
      .slice(start, start + CHUNK)
      .map(({ appId, conversationId }) => ({ app_id: appId, conversation_id: conversationId }));
    const members = heads.flatMap((head) =>
      usersOf(head.conversation_id).map((user_id) => ({ ...head, user_id })),
    );
    members.sort((a, b) => order(key(a), key(b)));
    heads.sort((a, b) =>
      order(`${a.app_id}\n${a.conversation_id}`, `${b.app_id}\n${b.conversation_id}`),
    );
    await retrying(context, () =>
      context.kysely.insertInto('members').ignore().values(members).execute(),
    );
    await retrying(context, () =>
      context.kysely
        .insertInto('conversations')
        .ignore()
        .values(heads.map((head) => ({ ...head, member_version: 1 })))
        .execute(),
    );
  }
}

function usersOf(conversationId: ConversationId): UserId[] {
  const ref = conversationRef(conversationId);
  if (ref.kind === 'self') return [ref.user];
  if (ref.kind === 'direct') return ref.a === ref.b ? [ref.a] : [ref.a, ref.b];
  throw new RangeError('groups are made by createGroup');
}

function key(row: { app_id: string; user_id: string; conversation_id: string }): string {
  return `${row.app_id}\n${row.user_id}\n${row.conversation_id}`;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
