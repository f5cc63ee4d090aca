import type { Content } from '@queqiao/protocol/client';
import type { Deed, Mentions } from './model-conversation.js';

/** What somebody does who writes this. */
export function deedOf(content: Content, notCounted: boolean): Deed {
  const { body } = content;
  if (body?.$case === 'recall') return { kind: 'recall', target: body.value.targetSeq };
  if (body?.$case === 'delete') return { kind: 'delete', targets: body.value.targetSeqs };
  if (body?.$case === 'edit') {
    return { kind: 'edit', target: body.value.targetSeq, ...saidIn(body.value.content) };
  }
  if (body?.$case === 'reaction') {
    const { targetSeq: target, emoji, removed } = body.value;
    return { kind: 'reaction', target, emoji, removed };
  }
  if (body?.$case !== 'pin') return { kind: 'text', ...saidIn(content), counted: !notCounted };
  return { kind: 'pin', target: body.value.targetSeq, removed: body.value.removed };
}

/** The text of a message, and whom it names. */
export function saidIn(content: Content | undefined): { text: string; mentions: Mentions } {
  const mentions = content?.mentions;
  const text = content?.body?.$case === 'text' ? content.body.value.text : '';
  return { text, mentions: mentions?.all === true ? 'all' : (mentions?.userIds ?? []) };
}
