import type { UserId } from '@queqiao/domain';
import {
  Content,
  type ApplicationChanged,
  type FriendChanged,
  type FriendRequestChanged,
  type FriendSource,
  type InvitationChanged,
} from '@queqiao/protocol/client';
import type { ToldContents } from '../../usecase/erasure/ports.js';

type Body = NonNullable<Content['body']>;

/** What the server told, without the words of one user: who did what stays. */
export const toldContents: ToldContents = {
  withoutWords(encoded, userId) {
    const { body } = Content.decode(encoded);
    if (body === undefined) return null;
    const rest = withoutWords(body, userId);
    const content = Content.encode(Content.create({ body: rest })).finish();
    return rest === body || Buffer.from(content).equals(encoded) ? null : content;
  },
};

/** The same body when it never has words of that user. */
function withoutWords(body: Body, userId: UserId): Body {
  if (body.$case === 'becameFriends') {
    const { value } = body;
    return value.requesterId === userId ? { ...body, value: { ...value, text: '' } } : body;
  }
  if (body.$case === 'memberRenamed') {
    const { value } = body;
    return value.userId === userId ? { ...body, value: { ...value, name: '' } } : body;
  }
  if (body.$case === 'friendChanged') {
    return { ...body, value: friend(body.value, userId) };
  }
  if (body.$case === 'friendRequestChanged') {
    return { ...body, value: friendRequest(body.value, userId) };
  }
  if (body.$case === 'invitationChanged') return { ...body, value: invitation(body.value, userId) };
  if (body.$case === 'applicationChanged') {
    return { ...body, value: application(body.value, userId) };
  }
  return body;
}

/** How the two came to each other says who asked. */
function friend(value: FriendChanged, userId: UserId): FriendChanged {
  const { friend: told } = value;
  if (told?.userId !== userId) return value;
  return { ...value, friend: { ...told, source: withoutDetail(told.source) } };
}

function withoutDetail(source: FriendSource | undefined): FriendSource | undefined {
  return source && { ...source, detail: '' };
}

function friendRequest(value: FriendRequestChanged, userId: UserId): FriendRequestChanged {
  const { request } = value;
  if (request === undefined) return value;
  const asked = request.fromUserId === userId;
  const text = asked ? '' : request.text;
  const source = asked ? withoutDetail(request.source) : request.source;
  const answer = request.toUserId === userId ? '' : request.answer;
  return { ...value, request: { ...request, text, source, answer } };
}

function invitation(value: InvitationChanged, userId: UserId): InvitationChanged {
  if (value.invitation?.inviterId !== userId) return value;
  return { ...value, invitation: { ...value.invitation, text: '' } };
}

/** Who brings the applicant writes the text. */
function application(value: ApplicationChanged, userId: UserId): ApplicationChanged {
  const { application: told } = value;
  if (told === undefined) return value;
  const text = (told.inviterId || told.userId) === userId ? '' : told.text;
  const answer = told.handledBy === userId ? '' : told.answer;
  return { ...value, application: { ...told, text, answer } };
}
