import type { ConversationId, GroupProfile, GroupRole, UserId } from '@queqiao/domain';
import type { UpdateObject } from 'kysely';
import type { GroupFacts } from '../group-types.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { Schema } from '../schema/schema.js';

/** What a change does to the group's own row, collected over its steps and written once. */
export class GroupTally {
  #members: number;
  #admins: number;
  #ownerId: UserId;
  #patch: Partial<GroupProfile> = {};
  readonly #roles: Map<UserId, GroupRole>;

  constructor(private readonly facts: GroupFacts) {
    this.#members = facts.group.memberCount;
    this.#admins = facts.group.adminCount;
    this.#ownerId = facts.group.ownerId;
    this.#roles = new Map([...facts.members].map(([id, { role }]) => [id, role]));
  }

  joined(count: number): void {
    this.#members += count;
  }

  left(userIds: readonly UserId[]): void {
    this.#members -= userIds.length;
    this.#admins -= userIds.filter((id) => this.#roles.get(id) === 'admin').length;
  }

  gaveRole(userIds: readonly UserId[], role: GroupRole): void {
    for (const id of userIds) {
      if (this.#roles.get(id) === 'admin') this.#admins -= 1;
      if (role === 'admin') this.#admins += 1;
      this.#roles.set(id, role);
    }
  }

  patch(patch: Partial<GroupProfile>): void {
    this.#patch = { ...this.#patch, ...patch };
  }

  ownedBy(userId: UserId): void {
    this.#ownerId = userId;
  }

  write(tx: LogTransaction, conversationId: ConversationId): void {
    const values = this.#values();
    if (Object.keys(values).length === 0) return;
    tx.putOff(
      tx.trx
        .updateTable('group_info')
        .set(values)
        .where('app_id', '=', tx.appId)
        .where('conversation_id', '=', conversationId),
    );
  }

  #values(): UpdateObject<Schema, 'group_info'> {
    const { group } = this.facts;
    const { name, avatarUrl, introduction, announcement, extra } = this.#patch;
    const { joinMode, visibility, history, inviteRight } = this.#patch;
    return {
      ...(this.#members === group.memberCount ? {} : { member_count: this.#members }),
      ...(this.#admins === group.adminCount ? {} : { admin_count: this.#admins }),
      ...(this.#ownerId === group.ownerId ? {} : { owner_id: this.#ownerId }),
      ...(name === undefined ? {} : { name }),
      ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
      ...(introduction === undefined ? {} : { introduction }),
      ...(announcement === undefined ? {} : { announcement }),
      ...(extra === undefined ? {} : { extra }),
      ...(joinMode === undefined ? {} : { join_mode: joinMode }),
      ...(visibility === undefined ? {} : { visibility }),
      ...(history === undefined ? {} : { history }),
      ...(inviteRight === undefined ? {} : { invite_right: inviteRight }),
    };
  }
}
