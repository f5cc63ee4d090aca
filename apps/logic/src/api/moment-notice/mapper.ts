import { MomentNotice_Kind, type MomentNotice } from '@queqiao/protocol/client';
import type { NoticeKind, NoticeRecord } from '../../usecase/moment-notice/ports.js';
import { toProtoComment } from '../comment/mapper.js';

export const NOTICE_KINDS = {
  like: MomentNotice_Kind.LIKE,
  comment: MomentNotice_Kind.COMMENT,
  reply: MomentNotice_Kind.REPLY,
  mention: MomentNotice_Kind.MENTION,
} as const satisfies Record<NoticeKind, MomentNotice_Kind>;

export function toProtoNotice(notice: NoticeRecord): MomentNotice {
  const { seq, kind, postId, actorId, createdMs, unread, comment } = notice;
  return {
    seq,
    kind: NOTICE_KINDS[kind],
    postId,
    actorId,
    createdMs,
    unread,
    comment: comment === null ? undefined : toProtoComment(comment),
  };
}
