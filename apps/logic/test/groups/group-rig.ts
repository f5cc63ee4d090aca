import type { RequestOf, ResponseOf } from '@queqiao/grpc-kit';
import {
  GroupServiceDefinition as Groups,
  type Content,
  type CreateGroupRequest,
  type Entry,
  type Group,
  type GroupMember,
} from '@queqiao/protocol/client';
import type { AppSettingsInput } from '@queqiao/store-mysql';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { ApiRig, newId, type UserCall } from '../rig/api-rig.js';

type Body = NonNullable<Content['body']>;
export type BodyOf<K extends Body['$case']> = Extract<Body, { $case: K }>['value'];

/** Two logic nodes, one app and its users, with what tests of groups ask for again and again. */
export class GroupRig {
  readonly #calls = new Map<string, UserCall>();

  private constructor(
    readonly api: ApiRig,
    readonly app: TestApp,
  ) {}

  static async start(settings: AppSettingsInput, ...userIds: string[]): Promise<GroupRig> {
    return GroupRig.on(await ApiRig.start(2), settings, ...userIds);
  }

  static async on(
    api: ApiRig,
    settings: AppSettingsInput,
    ...userIds: string[]
  ): Promise<GroupRig> {
    const rig = new GroupRig(api, await api.createApp('demo', settings));
    await api.backEnd(`Bearer ${rig.app.credential}`).upsert(...userIds);
    return rig;
  }

  stop(): Promise<void> {
    return this.api.stop();
  }

  /** The user, through one of the nodes. */
  async as(userId: string, node = 0): Promise<UserCall> {
    const key = `${userId} ${node}`;
    const known = this.#calls.get(key) ?? (await this.api.calls(this.app, userId, node));
    this.#calls.set(key, known);
    return known;
  }

  /** One call of a user to a group, through one of the nodes. */
  async call<N extends keyof typeof Groups.methods>(
    userId: string,
    name: N,
    request: Partial<RequestOf<(typeof Groups.methods)[N]>>,
    node = 0,
  ): Promise<ResponseOf<(typeof Groups.methods)[N]>> {
    return (await this.as(userId, node))<typeof Groups, N>(Groups, name, request);
  }

  get backEnd(): UserCall {
    return this.api.backEndCalls(this.app);
  }

  /** A group of the first user; more of what it says may be given. */
  async group(members: readonly string[], more: Partial<GroupWish> = {}): Promise<string> {
    const [owner = '', ...memberIds] = members;
    const request = { clientRequestId: newId(), name: 'Team', memberIds, ...more };
    return (await this.call(owner, 'createGroup', request)).groupId;
  }

  async see(groupId: string, userId: string): Promise<Group | undefined> {
    return (await this.call(userId, 'getGroups', { groupIds: [groupId] })).groups[0];
  }

  async members(groupId: string, userId: string): Promise<GroupMember[]> {
    return (await this.call(userId, 'listMembers', { groupId })).members;
  }

  async entries(conversationId: string, userId: string): Promise<Entry[]> {
    const device = await this.api.signedIn(this.app, userId);
    return (await device.pull({ conversationId, limit: 100 })).entries;
  }

  /** What one kind of entry in a log says. */
  async said<K extends Body['$case']>(
    conversationId: string,
    userId: string,
    kind: K,
  ): Promise<BodyOf<K>[]> {
    const entries = await this.entries(conversationId, userId);
    return entries.flatMap(({ content }) => {
      const body = content?.body;
      return body?.$case === kind ? [body.value as BodyOf<K>] : [];
    });
  }

  kinds(entries: readonly Entry[]): (string | undefined)[] {
    return entries.map(({ content }) => content?.body?.$case);
  }

  /** What the group says of itself is what its rows say, and it has one owner. */
  async mustBeSound(groupId: string): Promise<void> {
    const rows = await this.rows<{ members: number; admins: number; owners: string | null }>(
      `SELECT COUNT(*) AS members, CAST(COALESCE(SUM(role = 'admin'), 0) AS SIGNED) AS admins,
       GROUP_CONCAT(CASE WHEN role = 'owner' THEN user_id END) AS owners
       FROM members WHERE conversation_id = ? AND left_seq IS NULL`,
      [`g:${groupId}`],
    );
    const [info] = await this.rows<{ member_count: number; admin_count: number; owner_id: string }>(
      'SELECT member_count, admin_count, owner_id FROM group_info WHERE conversation_id = ?',
      [`g:${groupId}`],
    );
    const { members, admins, owners } = rows[0] ?? {};
    const there = `${members} members, ${admins} admins, owned by ${owners}`;
    const said = `${info?.member_count} members, ${info?.admin_count} admins, owned by ${info?.owner_id}`;
    if (there !== said) throw new Error(`there are ${there}, but the group says ${said}`);
  }

  rows<T>(sql: string, values: readonly string[] = []): Promise<T[]> {
    return queryRows(this.api.database.rootUrl, sql, values) as Promise<T[]>;
  }
}

type GroupWish = CreateGroupRequest;

/** Ids of a call that changes a group. */
export const ids = (groupId: string) => ({ clientRequestId: newId(), groupId });
