import { statePush, type Delivery, type MomentJobs } from '../delivery/index.js';
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

/** Pushes commits, and lets what they order begin here without waiting for a look. */
export function commitPusher(
  delivery: Pick<Delivery, 'pushChange'>,
  jobs?: Pick<MomentJobs, 'nudge'>,
): CommitPusher {
  return {
    pushCommit({ appId, dispatchId, entries, heads, states, hasJobs }) {
      delivery.pushChange({
        dispatchId,
        entries: entries.map((entry) => ({ ...entry, appId })),
        heads: heads.map((head) => ({ ...head, appId })),
        states: states.map((state) => statePush(appId, state.member.userId, state)),
      });
      if (hasJobs) jobs?.nudge();
    },
  };
}
