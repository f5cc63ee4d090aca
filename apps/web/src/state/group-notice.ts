import type { GroupRole } from '@queqiao/domain';
import type { GroupInfo } from './group-state.js';

/** What a line of a group's log tells. Who did it is the line's sender. */
export type GroupNotice =
  | {
      readonly what: 'joined';
      readonly userIds: readonly string[];
      readonly way: 'free' | 'invited' | 'applied' | 'link' | 'face';
      readonly inviterId: string;
    }
  | { readonly what: 'left'; readonly userIds: readonly string[] }
  | { readonly what: 'role'; readonly userIds: readonly string[]; readonly role: GroupRole }
  | { readonly what: 'owner'; readonly ownerId: string }
  | { readonly what: 'updated'; readonly patch: GroupPatch }
  | { readonly what: 'muted'; readonly userIds: readonly string[]; readonly untilMs: number }
  | { readonly what: 'renamed'; readonly userId: string; readonly name: string }
  | { readonly what: 'dissolved' };

/** What of a group is changed; the rest stays. */
export type GroupPatch = Partial<
  Pick<
    GroupInfo,
    | 'name'
    | 'avatarUrl'
    | 'introduction'
    | 'announcement'
    | 'joinMode'
    | 'visibility'
    | 'history'
    | 'inviteRight'
    | 'allMuted'
  >
>;

/** Everyone a notice speaks of, but for who did it. */
export function peopleOfNotice(notice: GroupNotice): readonly string[] {
  switch (notice.what) {
    case 'joined':
      return notice.inviterId === '' ? notice.userIds : [...notice.userIds, notice.inviterId];
    case 'left':
    case 'role':
    case 'muted':
      return notice.userIds;
    case 'owner':
      return [notice.ownerId];
    case 'renamed':
      return [notice.userId];
    case 'updated':
    case 'dissolved':
      return [];
  }
}
