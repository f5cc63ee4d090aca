import type { GroupNotice, GroupPatch } from '../state/group-notice.js';
import type { StringKey, Translate } from './strings.js';

/** Puts what a line of a group's log tells into words. `actorId` undefined: the app's back end did it. */
export function groupNoticeText(
  t: Translate,
  nameOf: (userId: string) => string,
  actorId: string | undefined,
  notice: GroupNotice,
): string {
  const actor = actorId === undefined ? t('theApp') : nameOf(actorId);
  const names = (userIds: readonly string[]): string =>
    userIds.map(nameOf).join(t('listSeparator'));
  switch (notice.what) {
    case 'joined':
      return joinedText(t, nameOf, actorId, notice);
    case 'left': {
      const alone = notice.userIds.length === 1 && notice.userIds[0] === actorId;
      return t(alone ? 'noticeLeft' : 'noticeRemoved', actor, names(notice.userIds));
    }
    case 'role': {
      const key = notice.role === 'admin' ? 'noticeAdmin' : 'noticeMember';
      return t(key, actor, names(notice.userIds));
    }
    case 'owner':
      return t('noticeOwner', actor, nameOf(notice.ownerId));
    case 'updated':
      return t(
        updatedKey(notice.patch),
        actor,
        notice.patch.name ?? notice.patch.announcement ?? '',
      );
    case 'muted': {
      const key = notice.untilMs > 0 ? 'noticeMuted' : 'noticeUnmuted';
      return t(key, actor, names(notice.userIds));
    }
    case 'renamed': {
      const { userId, name } = notice;
      return t(name === '' ? 'noticeUnnamed' : 'noticeNamed', actor, nameOf(userId), name);
    }
    case 'dissolved':
      return t('noticeDissolved', actor);
  }
}

function joinedText(
  t: Translate,
  nameOf: (userId: string) => string,
  actorId: string | undefined,
  { userIds, way, inviterId }: Extract<GroupNotice, { what: 'joined' }>,
): string {
  const who = userIds.map(nameOf).join(t('listSeparator'));
  const actor = actorId === undefined ? t('theApp') : nameOf(actorId);
  const byOneself = actorId !== undefined && userIds.includes(actorId);
  if (way === 'applied') return t('noticeApproved', actor, who);
  if (way === 'link') return t('noticeLink', who);
  if (way === 'face') return t('noticeFace', who);
  if (way === 'free') return t('noticeCame', who);
  if (!byOneself) return t('noticeInvited', actor, who);
  return inviterId === '' ? t('noticeCame', who) : t('noticeAccepted', nameOf(inviterId), who);
}

/** The most telling of what was changed at once. */
function updatedKey({ name, announcement, allMuted }: GroupPatch): StringKey {
  if (name !== undefined) return 'noticeRenamedGroup';
  if (announcement !== undefined && announcement !== '') return 'noticeAnnouncement';
  if (allMuted === undefined) return 'noticeUpdated';
  return allMuted ? 'noticeAllMuted' : 'noticeAllUnmuted';
}
