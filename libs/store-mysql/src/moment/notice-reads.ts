import type { AppId, CommentId, UserId } from '@queqiao/domain';
import {
  NOTICES_MAX_COUNTED,
  NOTICES_MAX_LOOK,
  type NoticePage,
  type NoticeRecord,
} from '../notice-types.js';
import type { CommentRecord } from '../reaction-types.js';
import { select, type StoreContext } from '../store-context.js';
import {
  isTold,
  NOTICE_COLUMNS,
  NOTICE_JOINS,
  NOTICE_STANDS,
  ofUser,
  type NoticeRow,
} from './notice-rows.js';
import { writerIsSeen, writerJoins } from './reaction-rows.js';

/** One row by primary key, read before all others. */
const READ_SEQ =
  '(SELECT COALESCE(MAX(m.read_seq), 0) FROM moment_notice_marks m WHERE m.app_id = ? AND m.user_id = ?)';
const NEWEST = 'FROM moment_notices n FORCE INDEX (PRIMARY) ';

/** The comment that the one of the notice (c) answers. */
const ANSWERED = { row: 'rc', column: 'author_id', isAuthor: 'rc.author_id = p.author_id' };

const listed = (from: string): string =>
  `SELECT STRAIGHT_JOIN n.seq, n.created_ms, n.seq > ${READ_SEQ} AS unread, ${NOTICE_COLUMNS}${NOTICE_STANDS}, ` +
  'c.author_id AS writer_id, c.text, c.created_ms AS comment_ms, ' +
  `rc.comment_id AS answered_id, rc.author_id AS answered_by, ${ofUser(writerIsSeen(ANSWERED))} AS is_seen ` +
  `${NEWEST}${NOTICE_JOINS}LEFT JOIN comments rc FORCE INDEX (PRIMARY) ` +
  'ON rc.app_id = c.app_id AND rc.post_id = c.post_id AND rc.comment_id = c.reply_to AND rc.state = 0 ' +
  ofUser(writerJoins(ANSWERED)) +
  `WHERE n.app_id = ? AND n.user_id = ? AND n.seq < ? AND n.seq > ${from} ORDER BY n.seq DESC LIMIT ?`;

export const NOTICES_SQL = listed('0');
export const UNREAD_NOTICES_SQL = listed(READ_SEQ);
export const UNREAD_COUNT_SQL =
  `SELECT STRAIGHT_JOIN ${NOTICE_COLUMNS}${NOTICE_STANDS} ${NEWEST}${NOTICE_JOINS}` +
  `WHERE n.app_id = ? AND n.user_id = ? AND n.seq > ${READ_SEQ} ORDER BY n.seq DESC LIMIT ?`;

interface ListedRow extends NoticeRow {
  seq: number;
  created_ms: number;
  unread: number;
  writer_id: UserId | null;
  text: string | null;
  comment_ms: number | null;
  answered_id: CommentId | null;
  answered_by: UserId | null;
  is_seen: number | null;
}

export async function listNotices(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  { before, limit, unreadOnly }: NoticePage,
): Promise<{ notices: NoticeRecord[]; next: number | null }> {
  const key = [appId, userId];
  const place = [...key, before ?? Number.MAX_SAFE_INTEGER, ...(unreadOnly ? key : [])];
  const sql = unreadOnly ? UNREAD_NOTICES_SQL : NOTICES_SQL;
  const values = [...key, ...place, NOTICES_MAX_LOOK];
  const rows = await select<ListedRow>(context, 'notices', sql, values);
  const notices: NoticeRecord[] = [];
  for (const [index, row] of rows.entries()) {
    if (!isTold(row)) continue;
    notices.push(toNotice(row));
    if (notices.length < limit) continue;
    const isLast = index + 1 === rows.length && rows.length < NOTICES_MAX_LOOK;
    return { notices, next: isLast ? null : row.seq };
  }
  return { notices, next: rows.length < NOTICES_MAX_LOOK ? null : (rows.at(-1)?.seq ?? null) };
}

export async function countUnreadNotices(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
): Promise<number> {
  const key = [appId, userId];
  const values = [...key, ...key, NOTICES_MAX_COUNTED];
  const rows = await select<NoticeRow>(context, 'unread notices', UNREAD_COUNT_SQL, values);
  return rows.filter(isTold).length;
}

function toNotice(row: ListedRow): NoticeRecord {
  return {
    seq: row.seq,
    kind: row.kind,
    postId: row.post_id,
    actorId: row.actor_id,
    commentId: row.comment_id,
    createdMs: row.created_ms,
    unread: row.unread === 1,
    comment: toComment(row),
  };
}

function toComment(row: ListedRow): CommentRecord | null {
  const { writer_id: authorId, text, comment_ms: createdMs } = row;
  if (authorId === null || text === null || createdMs === null) return null;
  const { answered_id: commentId, answered_by: answeredBy, is_seen: isSeen } = row;
  const answers = isSeen === 1 && commentId !== null && answeredBy !== null;
  return {
    commentId: row.comment_id as CommentId,
    authorId,
    text,
    createdMs,
    answered: answers ? { commentId, authorId: answeredBy } : null,
  };
}
