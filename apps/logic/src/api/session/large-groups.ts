import { parseAppId, parseConversationId } from '@queqiao/domain';
import type {
  ConfirmCrossingRequest,
  LargeLeaversRequest,
  LargeLeaversResponse,
  LargeMembershipsRequest,
  LargeMembershipsResponse,
} from '@queqiao/protocol/link';
import type { LargeGroups, LargeKey } from '../../usecase/session/large-groups.js';
import type { NodeContext } from '../../usecase/caller.js';

/** The handlers of SessionService that are about large groups. */
export function largeGroupHandlers(largeGroups: LargeGroups) {
  return {
    async largeMemberships(request: LargeMembershipsRequest): Promise<LargeMembershipsResponse> {
      return { members: [...(await largeGroups.memberships(request))] };
    },
    async largeLeavers(request: LargeLeaversRequest): Promise<LargeLeaversResponse> {
      const answer = await largeGroups.leavers(keyOf(request), request.sinceVersion);
      return { ...answer, leavers: [...answer.leavers] };
    },
    async confirmCrossing(request: ConfirmCrossingRequest, { caller }: NodeContext) {
      await largeGroups.confirm(keyOf(request), caller.node);
      return {};
    },
  };
}

function keyOf(request: { readonly appId: string; readonly conversationId: string }): LargeKey {
  return {
    appId: parseAppId(request.appId),
    conversationId: parseConversationId(request.conversationId),
  };
}
