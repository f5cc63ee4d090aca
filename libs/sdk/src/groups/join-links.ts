import {
  GroupServiceDefinition as Groups,
  type Group,
  type JoinByLinkResponse,
  type JoinLink,
} from '@queqiao/protocol/client';
import { answered } from '../connection/answered.js';
import type { GroupCalls } from './group-calls.js';

/** Ways into a group for whoever has the token: as links, and in QR codes. */
export class JoinLinks {
  constructor(private readonly calls: GroupCalls) {}

  /** A new one, for the owner and admins. Left out: it never ends, and may be used any number of times. */
  async create(
    groupId: string,
    options: { readonly lifetimeMs?: number; readonly maxUses?: number } = {},
  ): Promise<JoinLink> {
    const { link } = await this.calls.change(Groups, 'createJoinLink', { groupId, ...options });
    return answered(link);
  }

  async revoke(groupId: string, token: string): Promise<void> {
    await this.calls.change(Groups, 'revokeJoinLink', { groupId, token });
  }

  /** Those that are good, newest first. */
  async list(groupId: string): Promise<readonly JoinLink[]> {
    return (await this.calls.call(Groups, 'listJoinLinks', { groupId })).links;
  }

  /** What a link leads to. Rejects with NOT_FOUND, also when it was revoked, used up or is over. */
  async lookUp(token: string): Promise<{ readonly link: JoinLink; readonly group: Group }> {
    const { link, group } = await this.calls.call(Groups, 'getJoinLink', { token });
    return { link: answered(link), group: answered(group) };
  }

  /** Comes in by it, whatever the group's join mode; being in already is no use of it. Rejects as `lookUp`. */
  async join(token: string): Promise<JoinByLinkResponse> {
    const answer = await this.calls.change(Groups, 'joinByLink', { token });
    this.calls.onJoined();
    return answer;
  }
}
