import { statePush, type Delivery } from '../delivery/index.js';
import type { CommitPusher } from '../usecase/change/ports.js';
import type { StatePusher } from '../usecase/conversation/member-log.js';

export function statePusher(delivery: Pick<Delivery, 'pushStates'>): StatePusher {
  return {
    pushStates({ states, dispatchId }) {
      delivery.pushStates({
        dispatchId,
        states: states.map(({ appId, membership }) =>
          statePush(appId, membership.member.userId, membership),
        ),
      });
    },
  };
}

export function commitPusher(delivery: Pick<Delivery, 'pushChange'>): CommitPusher {
  return {
    pushCommit({ appId, dispatchId, entries, heads, states }) {
      delivery.pushChange({
        dispatchId,
        entries: entries.map((entry) => ({ ...entry, appId })),
        heads: heads.map((head) => ({ ...head, appId })),
        states: states.map((state) => statePush(appId, state.member.userId, state)),
      });
    },
  };
}
