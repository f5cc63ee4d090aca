import { MessageServiceDefinition as Messages, type Content } from '@queqiao/protocol/client';
import type { Caller } from '../connection/typed-call.js';
import { QueqiaoError } from '../errors.js';

/** Where the server put it; seq 0: nothing had to be written, or nothing is kept. */
export interface Place {
  readonly seq: number;
  readonly ordinal: number;
  readonly createdMs: number;
}

export interface OutgoingMessage {
  readonly conversationId: string;
  readonly clientMsgId: string;
  /** What the entry will say: a message, or a change of earlier entries. */
  readonly content: Content;
  readonly notCounted: boolean;
}

/** Calls the operation that writes an entry with this content. */
export function writeEntry(call: Caller, message: OutgoingMessage): Promise<Place> {
  const { conversationId, clientMsgId, content, notCounted } = message;
  const options = { thisSessionOnly: true };
  const ids = { conversationId, clientMsgId };
  const body = content.body;
  switch (body?.$case) {
    case 'recall':
      return call(Messages, 'recall', { ...ids, targetSeq: body.value.targetSeq }, options);
    case 'edit': {
      const { targetSeq, content: edited } = body.value;
      return call(Messages, 'edit', { ...ids, targetSeq, content: edited }, options);
    }
    case 'delete':
      return call(Messages, 'deleteForAll', { ...ids, targetSeqs: body.value.targetSeqs }, options);
    case 'reaction': {
      const { targetSeq, emoji, removed: remove } = body.value;
      return call(Messages, 'react', { ...ids, targetSeq, emoji, remove }, options);
    }
    case 'pin': {
      const { targetSeq, removed: remove } = body.value;
      return call(Messages, 'pin', { ...ids, targetSeq, remove }, options);
    }
    case 'command':
    case 'groupCreated':
    case 'membersJoined':
    case 'membersLeft':
    case 'roleChanged':
    case 'ownerChanged':
    case 'groupUpdated':
    case 'membersMuted':
    case 'memberRenamed':
    case 'groupDissolved':
    case 'becameFriends':
    case 'friendRequestChanged':
    case 'friendChanged':
    case 'blockChanged':
    case 'profileChanged':
    case 'invitationChanged':
    case 'applicationChanged':
    case 'requestsRead':
    case 'postChanged':
    case 'momentNoticed':
    case 'momentNoticesRead':
    case undefined:
      return Promise.reject(
        new QueqiaoError('INVALID_ARGUMENT', 'not a message that is stored', { field: 'content' }),
      );
    case 'text':
    case 'face':
    case 'voice':
    case 'image':
    case 'file':
    case 'location':
    case 'custom':
    case 'video':
    case 'card':
    case 'mergedForward':
      return call(Messages, 'send', { ...ids, content, notCounted }, options);
  }
}

/**
 * Whether the stored entry says exactly this: the server gives edits their revision, and leaves out mentions of people that it
 * does not know.
 */
export function isStoredAsWritten({ body, mentions }: Content): boolean {
  return body?.$case !== 'edit' && (mentions?.userIds.length ?? 0) === 0;
}
