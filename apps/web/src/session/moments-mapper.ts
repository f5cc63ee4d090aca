import {
  Audience_Kind,
  MomentNotice_Kind,
  type Audience,
  type AudienceWish,
  type Comment,
  type MomentNotice,
  type Post,
  type PostDraft as SdkDraft,
} from '@queqiao/sdk';
import type {
  AudienceInfo,
  CommentInfo,
  NoticeInfo,
  PostDraft,
  PostInfo,
} from '../state/moments-state.js';

/** As the server allows. */
const MAX_TITLE_LENGTH = 100;

const AUDIENCE_KINDS: Record<AudienceInfo['kind'], Audience_Kind> = {
  friends: Audience_Kind.FRIENDS,
  private: Audience_Kind.PRIVATE,
  only: Audience_Kind.ONLY,
  except: Audience_Kind.EXCEPT,
};
const NOTICE_KINDS: Record<NoticeInfo['kind'], MomentNotice_Kind> = {
  like: MomentNotice_Kind.LIKE,
  comment: MomentNotice_Kind.COMMENT,
  reply: MomentNotice_Kind.REPLY,
  mention: MomentNotice_Kind.MENTION,
};

/** What the client library says of posts, in the page's own terms. */
export function toPost(post: Post): PostInfo {
  const { postId, authorId, content, audience, createdMs, editedMs, likes, comments } = post;
  const { text = '', images = [], video, location, link, mentionedUserIds = [] } = content ?? {};
  return {
    postId,
    authorId,
    text,
    images: images.map(({ sizeBytes: bytes, ...image }) => ({ ...image, bytes })),
    video: video && { ...video, bytes: video.sizeBytes },
    location,
    link,
    mentionedIds: mentionedUserIds,
    audience: audience && toAudience(audience),
    createdMs,
    edited: editedMs > 0,
    likes: {
      mine: likes?.mine ?? false,
      count: likes?.count ?? 0,
      more: likes?.countIsBound ?? false,
      userIds: likes?.userIds ?? [],
    },
    comments: {
      count: comments?.count ?? 0,
      more: comments?.countIsBound ?? false,
      list: comments?.comments.map(toComment) ?? [],
    },
    shares: post.shareCount,
  };
}

export function toComment(comment: Comment): CommentInfo {
  const { commentId, authorId, text, createdMs, replyToUserId: replyToId } = comment;
  return { commentId, authorId, text, createdMs, replyToId };
}

export function toNotice(notice: MomentNotice): NoticeInfo {
  const { seq, kind, postId, actorId, createdMs, unread, comment } = notice;
  const name = nameOf(NOTICE_KINDS, kind, 'comment');
  return { seq, kind: name, postId, actorId, createdMs, unread, text: comment?.text ?? '' };
}

/** For whom a post is that names nothing this page knows is taken for private: nobody is told too much. */
function toAudience({ kind, userIds, tags }: Audience): AudienceInfo {
  const known = kind === Audience_Kind.UNSPECIFIED ? Audience_Kind.FRIENDS : kind;
  return { kind: nameOf(AUDIENCE_KINDS, known, 'private'), userIds, tags };
}

export function toProtoAudience({ kind, userIds, tags }: AudienceInfo): AudienceWish {
  const names = kind === 'only' || kind === 'except';
  return { kind: AUDIENCE_KINDS[kind], userIds: names ? userIds : [], tags: names ? tags : [] };
}

export function toProtoDraft(draft: PostDraft): SdkDraft {
  const { text, images, video, location, link, mentionedIds } = draft;
  return {
    text: text.trim(),
    images: images.map(({ bytes: sizeBytes, ...image }) => ({ ...image, sizeBytes })),
    video: video && { ...video, sizeBytes: video.bytes },
    location,
    // A link without a title is called by its address.
    link: link && { ...link, title: link.title.trim() || link.url.slice(0, MAX_TITLE_LENGTH) },
    mentionedUserIds: mentionedIds,
  };
}

function nameOf<Name extends string, Kind>(
  kinds: Record<Name, Kind>,
  kind: Kind,
  otherwise: Name,
): Name {
  return (Object.keys(kinds) as Name[]).find((name) => kinds[name] === kind) ?? otherwise;
}
