import { invalidArgument, type FriendLabels, type FriendSource } from '@queqiao/domain';

import { checkBytes, checkLength } from '../check-fields.js';

export const FRIEND_REMARK_MAX_LENGTH = 100;
export const FRIEND_MAX_TAGS = 20;
export const FRIEND_TAG_MAX_LENGTH = 32;
/** Of what a requester writes, and of the answer. */
export const REQUEST_TEXT_MAX_LENGTH = 200;
export const SOURCE_DETAIL_MAX_BYTES = 64;

/** Errors: INVALID_ARGUMENT. */
export function checkLabels({ remark, tags }: FriendLabels): FriendLabels {
  return { remark: checkRemark(remark), tags: checkTags(tags) };
}

export function checkRemark(remark: string): string {
  return checkLength(remark, FRIEND_REMARK_MAX_LENGTH, 'remark');
}

export function checkTags(tags: readonly string[], field = 'tags'): readonly string[] {
  if (tags.length > FRIEND_MAX_TAGS) {
    throw invalidArgument(field, `must be at most ${FRIEND_MAX_TAGS}`);
  }
  for (const [index, tag] of tags.entries()) {
    const at = `${field}[${index}]`;
    checkLength(tag, FRIEND_TAG_MAX_LENGTH, at, 1);
    if (tags.indexOf(tag) !== index) throw invalidArgument(at, 'is there twice');
  }
  return tags;
}

export function checkText(text: string, field: string): string {
  return checkLength(text, REQUEST_TEXT_MAX_LENGTH, field);
}

export function checkSource(source: FriendSource): FriendSource {
  checkBytes(source.detail, SOURCE_DETAIL_MAX_BYTES, 'source.detail');
  return source;
}
