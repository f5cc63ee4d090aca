import {
  DomainError,
  invalidArgument,
  parseAppId,
  parseConversationId,
  parseUserId,
  type AppId,
  type ConversationId,
  type UserId,
} from '@queqiao/domain';

import type { NodeRef } from './ports.js';

export const MEMBERSHIPS_MAX_USERS = 500;

export interface LargeKey {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
}

export interface LargeMembership {
  readonly userId: UserId;
  readonly conversationId: ConversationId;
  readonly joinedSeq: number;
  readonly leaveVersion: number;
}

export interface LargeLeavers {
  readonly leaveVersion: number;
  readonly leavers: readonly { readonly userId: UserId; readonly leaveVersion: number }[];
  readonly tooOld: boolean;
}

export interface LargeGroupRows {
  memberships(
    appId: AppId,
    userIds: readonly UserId[],
    conversationId?: ConversationId,
  ): Promise<readonly LargeMembership[]>;
  leavers(key: LargeKey, sinceVersion: number): Promise<LargeLeavers | null>;
  confirm(key: LargeKey, node: NodeRef): Promise<void>;
}

/** What connect nodes have to know of large groups. Errors: INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE. */
export class LargeGroups {
  constructor(readonly deps: { readonly rows: LargeGroupRows }) {}

  /** In which large groups these users are; only in the one named, if it is not empty. */
  memberships(input: {
    readonly appId: string;
    readonly userIds: readonly string[];
    readonly conversationId: string;
  }): Promise<readonly LargeMembership[]> {
    if (input.userIds.length > MEMBERSHIPS_MAX_USERS) {
      throw invalidArgument('user_ids', `must be at most ${MEMBERSHIPS_MAX_USERS}`);
    }
    const appId = parseAppId(input.appId);
    const userIds = input.userIds.map((id, index) => parseUserId(id, `user_ids[${index}]`));
    const only =
      input.conversationId === '' ? undefined : parseConversationId(input.conversationId);
    return this.deps.rows.memberships(appId, userIds, only);
  }

  async leavers(key: LargeKey, sinceVersion: number): Promise<LargeLeavers> {
    if (sinceVersion < 0) throw invalidArgument('since_version', 'must not be negative');
    const answer = await this.deps.rows.leavers(key, sinceVersion);
    if (answer === null) {
      throw new DomainError('NOT_FOUND', 'no such conversation', { field: 'conversation_id' });
    }
    return answer;
  }

  confirm(key: LargeKey, node: NodeRef): Promise<void> {
    return this.deps.rows.confirm(key, node);
  }
}
