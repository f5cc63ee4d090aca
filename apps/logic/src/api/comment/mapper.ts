import { Comment } from '@queqiao/protocol/client';
import type { CommentRecord } from '../../usecase/comment/read-ports.js';

export function toProtoComment({ answered, ...comment }: CommentRecord): Comment {
  return Comment.create({
    ...comment,
    replyToCommentId: answered?.commentId ?? '',
    replyToUserId: answered?.authorId ?? '',
  });
}
