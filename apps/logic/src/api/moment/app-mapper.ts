import type { CommentState } from '@queqiao/domain';
import { PostContent } from '@queqiao/protocol/client';
import {
  MomentState,
  type Comment,
  type ExportRecord as ProtoRecord,
  type Like,
  type Post,
} from '@queqiao/protocol/server';
import type { AppComment, AppLike, AppPost } from '../../usecase/moment/app-ports.js';
import type { ExportRecord } from '../../usecase/moment/export-posts.js';
import { toProtoAudience } from './mapper.js';

const STATES = {
  present: MomentState.PRESENT,
  deleted: MomentState.DELETED,
  removed: MomentState.REMOVED,
  dismissed: MomentState.DELETED,
} as const satisfies Record<AppPost['state'] | CommentState, MomentState>;

export function toAppPost({ content, audience, state, ...post }: AppPost): Post {
  const { postId, authorId, createdMs, editedMs, revision, shareCount } = post;
  return {
    postId,
    authorId,
    content: PostContent.decode(content),
    audience: toProtoAudience(audience),
    createdMs,
    editedMs,
    revision,
    state: STATES[state],
    shareCount,
  };
}

export function toAppComment({ replyTo, state, ...comment }: AppComment): Comment {
  return { ...comment, replyToCommentId: replyTo, state: STATES[state] };
}

function toAppLike({ postId, userId, createdMs }: AppLike): Like {
  return { postId, userId, createdMs };
}

export function toExportRecord(record: ExportRecord): ProtoRecord {
  switch (record.kind) {
    case 'post':
      return { record: { $case: 'post', value: toAppPost(record.post) } };
    case 'like':
      return { record: { $case: 'like', value: toAppLike(record.like) } };
    case 'comment':
      return { record: { $case: 'comment', value: toAppComment(record.comment) } };
  }
}
