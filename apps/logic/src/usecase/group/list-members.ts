import { invalidArgument, type GroupRole, type UserId } from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import { checkLength } from '../check-fields.js';
import type { GroupMemberRecord, GroupReads, MemberPlace } from './read-ports.js';
import { seeGroup } from './view-group.js';

export const MEMBERS_LIMIT_DEFAULT = 100;
export const MEMBERS_LIMIT_MAX = 200;
export const MEMBER_QUERY_MAX_LENGTH = 100;

export interface ListMembersInput {
  readonly groupId: string;
  /** Undefined: any. */
  readonly role: GroupRole | undefined;
  /** Empty: all. */
  readonly query: string;
  readonly pageToken: string;
  readonly limit: number;
}

export interface MemberListPage {
  readonly members: readonly GroupMemberRecord[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
}

/** Current members. Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER. */
export class ListMembers {
  constructor(
    readonly deps: { readonly groups: Pick<GroupReads, 'groups' | 'members' | 'memberPage'> },
  ) {}

  async run(context: CallContext, input: ListMembersInput): Promise<MemberListPage> {
    const { groups } = this.deps;
    const { role } = input;
    const prefix = checkLength(input.query, MEMBER_QUERY_MAX_LENGTH, 'query');
    const bounds = { byDefault: MEMBERS_LIMIT_DEFAULT, max: MEMBERS_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const after = placeOf(input.pageToken);
    const { group, groupId } = await seeGroup(groups, context, input.groupId);
    // Nicknames are in no index of the group: only those of few members are looked at.
    const nicknames = group.mode === 'routed';
    const query = { appId: context.appId, groupId, role, prefix, nicknames, after, limit };
    const { members, next } = await groups.memberPage(query);
    return { members, nextPageToken: next === null ? '' : tokenOf(next) };
  }
}

const FOUND = ['name', 'id', 'nickname'] as const;

function tokenOf({ found, userId, name }: MemberPlace): string {
  return encodePage([found, userId, found === 'name' ? name : '']);
}

function placeOf(token: string): MemberPlace | null {
  const place = decodePage(token, ['string', 'id', 'string']);
  if (place === null) return null;
  const [word, userId, name] = place;
  const found = FOUND.find((way) => way === word);
  if (found === undefined) throw invalidArgument('page_token', 'is not a token of this list');
  return { found, userId: userId as UserId, name };
}
