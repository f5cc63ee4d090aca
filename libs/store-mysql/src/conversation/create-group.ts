import { groupConversationId, type ConversationId, type UserId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import type { CreateGroupInput, CreateGroupResult } from '../conversation-types.js';
import { dispatchValues } from '../dispatch-store.js';
import { StoreError } from '../errors.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';

/** Member rows of one transaction. */
export const GROUP_MAX_MEMBERS = 500;
const DUPLICATE_KEY = 1062;

/** One transaction, in the order of locks: head, members, entry 1, dispatch row. */
export async function createGroup(
  context: StoreContext,
  input: CreateGroupInput,
): Promise<CreateGroupResult> {
  const members = membersOf(input);
  const conversationId = groupConversationId(input.groupId);
  return retrying(context, async () => {
    try {
      return await context.kysely.transaction().execute(async (trx) => {
        const createdMs = await insertHead(trx, input, conversationId, members.length);
        await insertMembers(trx, input, conversationId, { userIds: members, createdMs });
        await insertFirstEntry(trx, input, conversationId, createdMs);
        const dispatchId = context.dispatchIds.next();
        await insertDispatch(trx, input, conversationId, dispatchId);
        return { status: 'created', conversationId, createdMs, memberVersion: 1, dispatchId };
      });
    } catch (error) {
      if (!(error instanceof StoreError) || error.errno !== DUPLICATE_KEY) throw error;
      return await existing(context, input, conversationId);
    }
  });
}

function membersOf({ ownerId, memberIds }: CreateGroupInput): UserId[] {
  const members = [...new Set([ownerId, ...memberIds])].sort();
  if (members.length > GROUP_MAX_MEMBERS) {
    throw new RangeError(`at most GROUP_MAX_MEMBERS (${GROUP_MAX_MEMBERS}) members`);
  }
  return members;
}

/** The head goes first: of two creations at once, the second waits here and then meets the duplicate key. */
async function insertHead(
  trx: Transaction<Schema>,
  input: CreateGroupInput,
  conversationId: ConversationId,
  memberCount: number,
): Promise<number> {
  const { rows } = await sql<{ now_ms: number }>`SELECT ${DATABASE_NOW} AS now_ms`.execute(trx);
  const createdMs = rows[0]?.now_ms ?? 0;
  await trx
    .insertInto('conversations')
    .values({
      app_id: input.appId,
      conversation_id: conversationId,
      last_seq: 1,
      last_ordinal: input.firstEntry.countable ? 1 : 0,
      shown_seq: 1,
      active_ms: createdMs,
      member_version: 1,
    })
    .execute();
  await trx
    .insertInto('group_info')
    .values({
      app_id: input.appId,
      conversation_id: conversationId,
      name: input.name,
      owner_id: input.ownerId,
      creator_id: input.ownerId,
      client_request_id: input.clientRequestId,
      created_ms: createdMs,
      member_count: memberCount,
    })
    .execute();
  return createdMs;
}

async function insertMembers(
  trx: Transaction<Schema>,
  { appId, ownerId }: CreateGroupInput,
  conversationId: ConversationId,
  { userIds, createdMs }: { readonly userIds: readonly UserId[]; readonly createdMs: number },
): Promise<void> {
  await trx
    .insertInto('members')
    .values(
      userIds.map((userId) => ({
        app_id: appId,
        user_id: userId,
        conversation_id: conversationId,
        role: userId === ownerId ? ('owner' as const) : ('member' as const),
        joined_seq: 0,
        joined_ms: createdMs,
      })),
    )
    .execute();
}

async function insertFirstEntry(
  trx: Transaction<Schema>,
  { appId, firstEntry }: CreateGroupInput,
  conversationId: ConversationId,
  createdMs: number,
): Promise<void> {
  await trx
    .insertInto('entries')
    .values({
      app_id: appId,
      conversation_id: conversationId,
      seq: 1,
      ordinal: firstEntry.countable ? 1 : 0,
      sender: 'system:',
      client_msg_id: null,
      kind: firstEntry.kind,
      created_ms: createdMs,
      content: Buffer.from(firstEntry.content),
    })
    .execute();
}

async function insertDispatch(
  trx: Transaction<Schema>,
  { appId, owner, dispatchDelayMs }: CreateGroupInput,
  conversationId: ConversationId,
  dispatchId: string,
): Promise<void> {
  const ranges = [{ appId, conversationId, fromSeq: 1, toSeq: 1 }];
  await trx
    .insertInto('dispatch')
    .values(dispatchValues(dispatchId, owner, dispatchDelayMs, { ranges, states: [] }))
    .execute();
}

async function existing(
  { kysely }: StoreContext,
  input: CreateGroupInput,
  conversationId: ConversationId,
): Promise<CreateGroupResult> {
  const row = await kysely
    .selectFrom('group_info')
    .select(['creator_id', 'client_request_id'])
    .where('app_id', '=', input.appId)
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();
  const same = row?.creator_id === input.ownerId && row.client_request_id === input.clientRequestId;
  return same ? { status: 'existing', conversationId } : { status: 'taken' };
}
