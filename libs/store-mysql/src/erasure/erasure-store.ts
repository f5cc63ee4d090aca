import {
  selfConversationId,
  type AppId,
  type ConversationId,
  type GroupId,
  type PostId,
  type UserId,
} from '@queqiao/domain';
import { sql } from 'kysely';
import type { Revoker } from '../account/revocation-types.js';
import type { AppTurn } from '../app-turns.js';
import type {
  ErasedRequest,
  Erasure,
  ErasureJob,
  ErasureStore,
  ToldEntry,
  ToldPlace,
} from '../erasure-types.js';
import { storedState } from '../moment/post-rows.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { beginErasure } from './begin-erasure.js';
import { eraseAgain, searchSenders } from './erase-again.js';
import { claimErasure, erasureBacklog, saveErasure } from './erasure-jobs.js';
import { eraseRows } from './erase-rows.js';
import { leaveEnded, nextGroup } from './erased-groups.js';
import {
  blankFeed,
  blankMessages,
  closeConversation,
  closeHead,
  nextConversation,
  ownMessages,
} from './erased-messages.js';
import { forgetRequest, nextRequest } from './erased-requests.js';
import { toErasure } from './erasure-rows.js';
import { rewriteTold, toldEntries } from './told-words.js';

export class MysqlErasureStore implements ErasureStore {
  constructor(private readonly context: StoreContext) {}

  begin(
    appId: AppId,
    user: { readonly userId: UserId; readonly keepMessages: boolean },
    revoker: Revoker,
  ): Promise<Erasure | null> {
    return beginErasure(this.context, appId, user, revoker);
  }

  async erasure(appId: AppId, userId: UserId): Promise<Erasure | null> {
    const row = await this.context.kysely
      .selectFrom('erasures')
      .selectAll()
      .where('app_id', '=', appId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row === undefined ? null : toErasure(row);
  }

  claim(owner: string, turn: AppTurn): Promise<ErasureJob | null> {
    return claimErasure(this.context, owner, turn);
  }

  save(job: ErasureJob, owner: string, turn: { readonly isTurnOver: boolean }): Promise<boolean> {
    return saveErasure(this.context, job, owner, turn);
  }

  async again(): Promise<boolean> {
    return (await searchSenders(this.context)) || (await eraseAgain(this.context));
  }

  backlog(): Promise<{ rows: number; oldestDueMs: number }> {
    return erasureBacklog(this.context);
  }

  nextConversation(job: ErasureJob, after: string): Promise<ConversationId | null> {
    return nextConversation(this.context, job, after);
  }

  ownMessages(
    job: ErasureJob,
    conversationId: ConversationId,
    page: { readonly after: string; readonly limit: number },
  ) {
    return ownMessages(this.context, job, conversationId, page);
  }

  blankMessages(job: ErasureJob, conversationId: ConversationId, seqs: readonly number[]) {
    return blankMessages(this.context, job, conversationId, seqs);
  }

  blankFeed(job: ErasureJob): Promise<boolean> {
    return blankFeed(this.context, job);
  }

  closeConversation(job: ErasureJob, conversationId: ConversationId): Promise<void> {
    return closeConversation(this.context, job, conversationId);
  }

  nextGroup(job: ErasureJob) {
    return nextGroup(this.context, job);
  }

  leaveEnded(job: ErasureJob, groupId: GroupId): Promise<void> {
    return leaveEnded(this.context, job, groupId);
  }

  async nextPosts({ appId, userId }: ErasureJob, limit: number): Promise<PostId[]> {
    const { rows } = await sql<{ post_id: PostId }>`
      SELECT post_id FROM posts FORCE INDEX (posts_by_author) WHERE app_id = ${appId} AND author_id = ${userId}
      AND state = ${storedState('present')} ORDER BY created_ms, post_id LIMIT ${sql.lit(limit)}`.execute(
      this.context.kysely,
    );
    return rows.map((row) => row.post_id);
  }

  toldEntries(
    job: ErasureJob,
    place: ToldPlace,
    page: { readonly after: number; readonly limit: number },
  ): Promise<ToldEntry[]> {
    return toldEntries(this.context, job, place, page);
  }

  rewriteTold(job: ErasureJob, conversationId: ConversationId, entry: ToldEntry): Promise<void> {
    return rewriteTold(this.context, job, conversationId, entry);
  }

  nextRequest(job: ErasureJob): Promise<ErasedRequest | null> {
    return nextRequest(this.context, job);
  }

  forgetRequest(job: ErasureJob, row: ErasedRequest['row']): Promise<void> {
    return forgetRequest(this.context, job, row);
  }

  eraseRows(job: ErasureJob): Promise<boolean> {
    return eraseRows(this.context, job);
  }

  async eraseUser({ appId, userId }: ErasureJob): Promise<void> {
    await retrying(this.context, () =>
      this.context.kysely.transaction().execute(async (trx) => {
        // It may have been made since the others were closed, to tell of what the phases did. Heads are locked before rows.
        await closeHead(trx, appId, selfConversationId(userId));
        for (const table of ['users', 'bans'] as const) {
          await trx
            .deleteFrom(table)
            .where('app_id', '=', appId)
            .where('user_id', '=', userId)
            .execute();
        }
        await trx
          .updateTable('erasures')
          .set({ erased_ms: sql<number>`IF(erased_ms = 0, ${DATABASE_NOW}, erased_ms)` })
          .where('app_id', '=', appId)
          .where('user_id', '=', userId)
          .execute();
      }),
    );
  }
}
