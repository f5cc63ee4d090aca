import { Content } from '@queqiao/protocol/client';
import type { ChangeContents } from '../../usecase/message/ports.js';

function encode(body: Content['body']): Uint8Array {
  return Content.encode(Content.create({ body })).finish();
}

/** Contents of the entries that record changes. */
export const changeContents: ChangeContents = {
  recall: (targetSeq) => encode({ $case: 'recall', value: { targetSeq } }),
  edit: (targetSeq, content, revision) =>
    encode({ $case: 'edit', value: { targetSeq, content: Content.decode(content), revision } }),
  editedSeq(entryContent) {
    const { body } = Content.decode(entryContent);
    return body?.$case === 'edit' ? body.value.targetSeq : 0;
  },
  deletion: (targetSeqs) => encode({ $case: 'delete', value: { targetSeqs: [...targetSeqs] } }),
  reaction: (targetSeq, emoji, removed) =>
    encode({ $case: 'reaction', value: { targetSeq, emoji, removed } }),
  pin: (targetSeq, removed) => encode({ $case: 'pin', value: { targetSeq, removed } }),
};
