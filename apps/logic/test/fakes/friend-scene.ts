import type { AppId, DeviceId, FriendRecord, FriendSide, UserId } from '@queqiao/domain';
import type { AppRules } from '../../src/usecase/app/ports.js';
import type { BusinessContext, UserContext } from '../../src/usecase/caller.js';
import type { ChangeCommit, NewEntry, RequestIds } from '../../src/usecase/change/ports.js';
import type { FriendChangeDeps } from '../../src/usecase/friend/change-deps.js';
import type {
  FriendFacts,
  FriendPlan,
  FriendStep,
  FriendWork,
  StoredRequest,
} from '../../src/usecase/friend/ports.js';
import { appRules } from './app-rules.js';

export const NOW = 1_000_000;
export const options = { owner: 'logic-1', dispatchDelayMs: 3_000 };
const base = { appId: 'demo' as AppId, requestId: 'r', signal: new AbortController().signal };
export const ann: UserContext = {
  ...base,
  caller: { kind: 'user', userId: 'ann' as UserId, deviceId: 'd' as DeviceId },
};
export const backEnd: BusinessContext = {
  ...base,
  caller: { kind: 'business', credentialId: 'c' },
};

function side(userId: string, more: Partial<FriendSide> = {}): FriendSide {
  const counts = { friendCount: 0, blockCount: 0, pendingCount: 0 };
  const nothing = { friend: null, request: null, blocks: false, settings: {} };
  return { userId: userId as UserId, ...nothing, ...counts, ...more };
}
export const friendOf = (friendId: string, more: Partial<FriendRecord> = {}): FriendRecord => ({
  friendId: friendId as UserId,
  remark: 'old',
  tags: ['t'],
  source: { way: 'qr', detail: '' },
  createdMs: 5,
  hideMyPosts: false,
  hideTheirPosts: false,
  feedSeq: 9,
  ...more,
});
export const requestOf = (
  from: string,
  to: string,
  more: Partial<StoredRequest> = {},
): StoredRequest => ({
  fromId: from as UserId,
  toId: to as UserId,
  text: 'hello',
  source: { way: 'group', detail: 'g1' },
  state: 'pending',
  answer: '',
  createdMs: 100,
  updatedMs: 200,
  expiresMs: NOW + 1,
  read: false,
  remark: 'from the requester',
  tags: ['wanted'],
  ...more,
});

/** One decision on given facts: its steps, and what was asked of the store. */
export class FriendScene {
  steps: readonly FriendStep[] = [];
  readonly works: FriendWork[] = [];
  /** Commits that were handed on. */
  pushed = 0;
  readonly deps: FriendChangeDeps & { readonly requests: RequestIds };

  constructor(
    own: Partial<FriendSide> = {},
    peer: Partial<FriendSide> = {},
    rules: Partial<AppRules> = {},
  ) {
    const change = (work: FriendWork, decide: (facts: FriendFacts) => FriendPlan<unknown>) => {
      this.works.push(work);
      const facts = { nowMs: NOW, own: side(work.userId, own), peer: side(work.peerId, peer) };
      const { steps, answer } = decide(facts);
      this.steps = steps;
      const row = steps.find((step) => step.op === 'friend' && step.userId === work.userId);
      const friend = row?.op === 'friend' ? { ...row.friend, feedSeq: 7 } : null;
      const commit = steps.length === 0 ? null : ({} as ChangeCommit);
      return Promise.resolve({ answer: answer(friend), commit });
    };
    const words = (kind: string) => (): { kind: string; content: Uint8Array } => ({
      kind,
      content: Buffer.from(kind),
    });
    this.deps = {
      apps: { app: () => Promise.resolve({ status: 'active', settings: appRules(rules) }) },
      users: { existing: (_, ids) => Promise.resolve(new Set(ids.filter((id) => id !== 'zoe'))) },
      friends: { change: change as FriendChangeDeps['friends']['change'] },
      notices: {
        friendChanged: (_, removed) => words(removed ? 'friendGone' : 'friendChanged')(),
        requestChanged: words('requestChanged'),
        requestsRead: words('requestsRead'),
        blockChanged: words('blockChanged'),
        becameFriends: (id, text) => words(`becameFriends ${id} ${text}`)(),
      },
      requests: { claim: () => Promise.resolve() },
      answers: { answered: () => Promise.resolve(undefined) },
      push: { pushCommit: () => void (this.pushed += 1) },
    };
  }

  get ops(): string[] {
    return this.steps.map(({ op }) => op);
  }
  get requests(): StoredRequest[] {
    return this.steps.flatMap((step) => (step.op === 'request' ? [step.request] : []));
  }
  get lists(): Omit<FriendRecord, 'feedSeq'>[] {
    return this.steps.flatMap((step) => (step.op === 'friend' ? [step.friend] : []));
  }
  get entries(): NewEntry[] {
    return this.steps.flatMap((step) => {
      if (step.op === 'friend') return [step.entry({ ...step.friend, feedSeq: 1 })];
      if (step.op === 'request') return [step.entry(step.request, 0)];
      return 'entry' in step ? [step.entry] : [];
    });
  }
}
