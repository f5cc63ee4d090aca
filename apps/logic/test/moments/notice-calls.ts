import {
  CommentServiceDefinition as Comments,
  MomentNotice_Kind,
  MomentNoticeServiceDefinition as Notices,
  type MomentNotice,
} from '@queqiao/protocol/client';
import { newId } from '../rig/api-rig.js';
import type { Person } from './moment-rig.js';

/** All notices by pages, newest first. */
export async function noticesOf(who: Person, more: { unreadOnly?: boolean; limit?: number } = {}) {
  const notices: MomentNotice[] = [];
  for (let pageToken = ''; ;) {
    const page = await who.call(Notices, 'listMomentNotices', { pageToken, ...more });
    notices.push(...page.notices);
    if (page.nextPageToken === '') return notices;
    pageToken = page.nextPageToken;
  }
}

/** As `KIND who`, newest first. */
export async function toldTo(who: Person): Promise<string[]> {
  const notices = await noticesOf(who);
  return notices.map(({ kind, actorId }) => `${MomentNotice_Kind[kind]} ${actorId.split('-')[0]}`);
}

export async function unreadOf(who: Person): Promise<number> {
  return (await who.call(Notices, 'countMomentNotices', {})).unreadCount;
}

export async function markRead(who: Person, throughSeq: number): Promise<number> {
  return (await who.call(Notices, 'markMomentNoticesRead', { throughSeq })).unreadCount;
}

export function like(who: Person, postId: string) {
  return who.call(Comments, 'likePost', { clientRequestId: newId(), postId });
}

export function unlike(who: Person, postId: string) {
  return who.call(Comments, 'unlikePost', { clientRequestId: newId(), postId });
}

export async function comment(who: Person, postId: string, text: string, replyToCommentId = '') {
  const request = { clientRequestId: newId(), postId, text, replyToCommentId };
  return (await who.call(Comments, 'createComment', request)).commentId;
}

export function deleteComment(who: Person, postId: string, commentId: string) {
  return who.call(Comments, 'deleteComment', { clientRequestId: newId(), postId, commentId });
}
