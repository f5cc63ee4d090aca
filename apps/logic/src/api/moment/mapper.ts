import type { UserId } from '@queqiao/domain';
import { encodeMessage } from '@queqiao/protocol';
import {
  Audience_Kind,
  Post,
  PostContent,
  type Audience as ProtoAudience,
  type LinkCard,
} from '@queqiao/protocol/client';
import type { AudienceInput } from '../../usecase/moment/check-audience.js';
import type { LINK_RULES } from '../../usecase/moment/check-post.js';
import type { PostContentFields, PostInput, PostRecord } from '../../usecase/moment/ports.js';
import type { SeenPost } from '../../usecase/moment/seen-posts.js';
import { toProtoComment } from '../comment/mapper.js';
import { enumName } from '../enum-name.js';

const KINDS = {
  friends: Audience_Kind.FRIENDS,
  private: Audience_Kind.PRIVATE,
  only: Audience_Kind.ONLY,
  except: Audience_Kind.EXCEPT,
} as const satisfies Record<AudienceInput['kind'], Audience_Kind>;

type Fields = Readonly<Record<string, unknown>>;
/** A field without a rule does not compile. */
type Matched<T, Rules> = keyof T extends keyof Rules ? T : never;

/** Null for none. */
export function toPostInput(content: PostContent | undefined): PostInput | null {
  if (content === undefined) return null;
  const { video, location, link } = content;
  const fields: PostContentFields = {
    ...content,
    images: content.images.map((image): Fields => ({ ...image })),
    video: video && { ...video },
    location: location && { ...location },
    link: link && linkFields(link),
  };
  // Encoding it again drops fields that nobody checked.
  return { fields, encoded: encodeMessage(PostContent, content) };
}

function linkFields(link: Matched<LinkCard, typeof LINK_RULES>): Fields {
  return { ...link };
}

/** Undefined for none. Errors: INVALID_ARGUMENT for a kind that is none. */
export function toAudience(audience: ProtoAudience | undefined): AudienceInput | undefined {
  if (audience === undefined) return undefined;
  return { ...audience, kind: enumName(KINDS, audience.kind, 'audience.kind') ?? 'friends' };
}

/** For whom it is, only its author learns. */
export function toProtoPost({ post, reactions }: SeenPost, viewerId: UserId): Post {
  const { postId, authorId, audience, createdMs, editedMs, revision, shareCount } = post;
  const { likes, comments } = reactions;
  return Post.fromPartial({
    postId,
    authorId,
    content: PostContent.decode(post.content),
    audience: authorId === viewerId ? toProtoAudience(audience) : undefined,
    createdMs,
    editedMs,
    revision,
    shareCount,
    likes: { ...likes, userIds: [...likes.userIds] },
    comments: { ...comments, comments: comments.comments.map(toProtoComment) },
  });
}

export function toProtoAudience({ kind, userIds, tags }: PostRecord['audience']): ProtoAudience {
  return { kind: KINDS[kind], userIds: [...userIds], tags: [...tags] };
}
