import { DomainError, invalidArgument, isId } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import { CONTENT_RULES, flawOf, type FieldRule, type KindRules } from '../message/content-rules.js';
import { snake } from '../message/check-content.js';
import type { PostInput, PostRecord } from './ports.js';

/** Pictures of one post. */
export const POST_MAX_IMAGES = 9;
/** Users that one post mentions. */
export const POST_MAX_MENTIONS = 50;
export const LINK_TITLE_MAX_LENGTH = 100;
export const LINK_DESCRIPTION_MAX_LENGTH = 255;

/** Every field of a link card; pictures, videos and places have those of messages. */
export const LINK_RULES = {
  url: { type: 'url', optional: false },
  title: { type: 'chars', min: 1, max: LINK_TITLE_MAX_LENGTH },
  description: { type: 'chars', min: 0, max: LINK_DESCRIPTION_MAX_LENGTH },
  coverUrl: { type: 'url', optional: true },
} as const satisfies KindRules;

/** What is stored of it. Errors: INVALID_ARGUMENT and LIMIT_EXCEEDED with the full path of the field. */
export function checkPost(
  input: PostInput | null,
  rules: AppRules,
): Pick<PostRecord, 'content' | 'mentions'> {
  if (input === null) throw invalidArgument('content', 'is missing');
  const { text, images, video, location, link, mentionedUserIds } = input.fields;
  if (text === '' && images.length === 0 && !video && !link) {
    throw invalidArgument('content', 'must have a text, pictures, a video or a link');
  }
  demandBytes(Buffer.byteLength(text), rules, 'maxPostTextBytes', 'content.text');
  if (images.length > POST_MAX_IMAGES) {
    throw invalidArgument('content.images', `must be at most ${POST_MAX_IMAGES}`);
  }
  if (video && images.length > 0) {
    throw invalidArgument('content.video', 'must not stand beside pictures');
  }
  images.forEach((image, n) => check(CONTENT_RULES.image, image, `content.images[${n}]`, rules));
  check(CONTENT_RULES.video, video, 'content.video', rules);
  check(CONTENT_RULES.location, location, 'content.location', rules);
  check(LINK_RULES, link, 'content.link', rules);
  checkMentions(mentionedUserIds);
  demandBytes(input.encoded.byteLength, rules, 'maxContentBytes', 'content');
  return { content: input.encoded, mentions: [...new Set(mentionedUserIds)] };
}

function demandBytes(
  bytes: number,
  rules: AppRules,
  limit: 'maxPostTextBytes' | 'maxContentBytes',
  field: string,
): void {
  if (bytes <= rules[limit]) return;
  const what = `has ${bytes} bytes, more than ${rules[limit]} (${limit})`;
  throw new DomainError('LIMIT_EXCEEDED', what, { field });
}

function check(
  table: Readonly<Record<string, FieldRule>>,
  fields: Readonly<Record<string, unknown>> | undefined,
  path: string,
  rules: AppRules,
): void {
  if (fields === undefined) return;
  for (const [name, rule] of Object.entries(table)) {
    const field = `${path}.${snake(name)}`;
    const flaw = flawOf(rule, fields[name], rules);
    if (flaw) throw new DomainError(flaw.code, `${field} ${flaw.what}`, { field });
  }
}

function checkMentions(userIds: readonly string[]): void {
  const field = 'content.mentioned_user_ids';
  if (userIds.length > POST_MAX_MENTIONS) {
    throw invalidArgument(field, `must be at most ${POST_MAX_MENTIONS}`);
  }
  userIds.forEach((id, index) => {
    if (!isId(id)) {
      throw invalidArgument(`${field}[${index}]`, 'must match [A-Za-z0-9_.-]{1,64}');
    }
  });
}
