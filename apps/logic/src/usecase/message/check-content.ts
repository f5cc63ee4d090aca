import { DomainError, invalidArgument, isId, isMessageKind } from '@queqiao/domain';
import type { AppRules } from '../app/ports.js';
import { CONTENT_RULES, flawOf, type FieldRule, type KindRules } from './content-rules.js';
import type { ContentBody, MessageContent } from './ports.js';

/** Bytes of an app's own data beside a message. */
export const MAX_EXTRA_BYTES = 4_096;
/** Users that one message mentions by name. */
export const MAX_MENTIONS = 100;
/** Messages merged into one. */
export const MAX_MERGED = 100;

const EXTRA: FieldRule = { type: 'bytes', min: 0, max: MAX_EXTRA_BYTES };
const MERGED_NAME: FieldRule = { type: 'chars', min: 0, max: 100 };
const MERGED_TIME: FieldRule = { type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER };

/** A content that keeps all rules. */
export interface CheckedContent {
  readonly kind: string;
  readonly encoded: Uint8Array;
  readonly replyToSeq: number | undefined;
  /** Undefined: nobody. */
  readonly mentions: { readonly all: boolean; readonly userIds: readonly string[] } | undefined;
}

/** Errors: INVALID_ARGUMENT and LIMIT_EXCEEDED with the full path of the field, as the contract writes it. */
export function checkContent(content: MessageContent | null, rules: AppRules): CheckedContent {
  if (!content) throw invalidArgument('content', 'is missing or of an unknown kind');
  checkBody(content.body, 'content', rules);
  const { encoded, body } = content;
  if (encoded.byteLength > rules.maxContentBytes) {
    throw new DomainError(
      'LIMIT_EXCEEDED',
      `has ${encoded.byteLength} bytes, more than ${rules.maxContentBytes} (maxContentBytes)`,
      { field: 'content' },
    );
  }
  const { replyToSeq } = body;
  if (replyToSeq !== undefined && replyToSeq < 1) {
    throw invalidArgument('content.reply_to.seq', 'must be at least 1');
  }
  return { kind: body.kind, encoded, replyToSeq, mentions: checkMentions(body) };
}

function checkBody(body: ContentBody, path: string, rules: AppRules): void {
  const { kind, fields } = body;
  if (!isMessageKind(kind) && kind !== 'command') {
    throw invalidArgument(path, 'is of a kind that only the server writes');
  }
  const here = `${path}.${snake(kind)}`;
  const table: KindRules = CONTENT_RULES[kind];
  for (const [name, rule] of Object.entries(table)) {
    check(rule, fields[name], `${here}.${snake(name)}`, rules);
  }
  check(EXTRA, body.extra, `${path}.extra`, rules);
  if (kind === 'card') checkSubject(body, here);
  if (kind === 'mergedForward') checkMerged(body, here, rules);
}

function check(rule: FieldRule, value: unknown, path: string, rules: AppRules): void {
  const flaw = flawOf(rule, value, rules);
  if (flaw) throw new DomainError(flaw.code, `${path} ${flaw.what}`, { field: path });
}

function checkSubject({ subject }: ContentBody, path: string): void {
  if (!subject) throw invalidArgument(path, 'must name a user or a group');
  if (!isId(subject.id)) {
    throw invalidArgument(`${path}.${subject.kind}_id`, 'must match [A-Za-z0-9_.-]{1,64}');
  }
}

/** Messages within messages go one level deep: whatever holds more would have to be walked with a limit for ever. */
function checkMerged({ merged = [] }: ContentBody, path: string, rules: AppRules): void {
  if (merged.length < 1 || merged.length > MAX_MERGED) {
    throw invalidArgument(`${path}.messages`, `must be 1 to ${MAX_MERGED}`);
  }
  merged.forEach(({ senderName, createdMs, body }, index) => {
    const at = `${path}.messages[${index}]`;
    check(MERGED_NAME, senderName, `${at}.sender_name`, rules);
    check(MERGED_TIME, createdMs, `${at}.created_ms`, rules);
    if (!body) throw invalidArgument(`${at}.content`, 'is missing or of an unknown kind');
    if (body.kind === 'mergedForward' || body.kind === 'command') {
      throw invalidArgument(`${at}.content.${snake(body.kind)}`, 'cannot be merged');
    }
    if (body.replyToSeq !== undefined) {
      throw invalidArgument(`${at}.content.reply_to`, 'means nothing in another conversation');
    }
    if (body.mentions) {
      throw invalidArgument(`${at}.content.mentions`, 'would mention nobody here');
    }
    checkBody(body, `${at}.content`, rules);
  });
}

/** Ids of nobody, or of users who are no members, are no error: somebody may have left while the message was written. */
function checkMentions({ mentions }: ContentBody): CheckedContent['mentions'] {
  if (!mentions) return undefined;
  const { all, userIds } = mentions;
  const path = 'content.mentions.user_ids';
  if (userIds.length > MAX_MENTIONS) throw invalidArgument(path, `must be at most ${MAX_MENTIONS}`);
  userIds.forEach((id, index) => {
    if (!isId(id)) {
      throw invalidArgument(`${path}[${index}]`, 'must match [A-Za-z0-9_.-]{1,64}');
    }
  });
  return all || userIds.length > 0 ? { all, userIds: [...new Set(userIds)] } : undefined;
}

/** As the contract writes it: camelCase names are those of the generated code. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
