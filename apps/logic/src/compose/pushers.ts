import { unreadCount } from '@queqiao/domain';
import type { Delivery } from '../delivery/index.js';
import type { StatePusher } from '../usecase/conversation/ports.js';
import type { GroupAnnouncer } from '../usecase/group/ports.js';

export function statePusher(delivery: Pick<Delivery, 'pushStates'>): StatePusher {
  return {
    pushState({ appId, membership, dispatchId }) {
      const { member, lastOrdinal } = membership;
      const unread = unreadCount(lastOrdinal, member.readOrdinal);
      delivery.pushStates({ dispatchId, states: [{ ...member, appId, unread }] });
    },
  };
}

export function groupAnnouncer(delivery: Pick<Delivery, 'afterCommit'>): GroupAnnouncer {
  return {
    announce({ appId, conversationId, createdMs, memberVersion, dispatchId, firstEntry }) {
      delivery.afterCommit({
        dispatchId,
        entries: [
          {
            appId,
            conversationId,
            seq: 1,
            ordinal: firstEntry.countable ? 1 : 0,
            createdMs,
            sender: { kind: 'system', id: '' },
            clientMsgId: '',
            revision: 0,
            content: firstEntry.content,
          },
        ],
        heads: [{ appId, conversationId, memberVersion }],
        stored: [],
      });
    },
  };
}
