import type { DissolveGroup } from '../group/dissolve-group.js';
import type { LeaveGroup } from '../group/leave-group.js';
import type { TransferOwnership } from '../group/transfer-ownership.js';
import { asUser, newRequestId, unless } from './as-user.js';
import type { ErasureJob, ErasureRows } from './ports.js';

export interface LeaveGroupsDeps {
  readonly rows: Pick<ErasureRows, 'nextGroup' | 'leaveEnded'>;
  readonly leaveGroup: LeaveGroup;
  readonly transferOwnership: TransferOwnership;
  readonly dissolveGroup: DissolveGroup;
}

/**
 * One step: the next group. An owner's group goes to the admin who joined first, else to the member who did; with nobody else in it,
 * it ends. False: there is no other group.
 */
export async function leaveNextGroup(deps: LeaveGroupsDeps, job: ErasureJob): Promise<boolean> {
  const { rows, leaveGroup, transferOwnership, dissolveGroup } = deps;
  const group = await rows.nextGroup(job);
  if (group === null) return false;
  const { groupId, isOwner, dissolved, successorId } = group;
  const context = asUser(job);
  const input = () => ({ groupId, clientRequestId: newRequestId() });
  if (dissolved) {
    await rows.leaveEnded(job, groupId);
    return true;
  }
  if (isOwner && successorId === null) {
    // Who comes in at this moment is found by the next step, as is a group that has ended.
    await unless(['DISSOLVED'], () => dissolveGroup.run(context, input()));
    return true;
  }
  if (isOwner) {
    // One who left meanwhile is none: the next step finds another.
    await unless(['NOT_FOUND', 'DISSOLVED'], () =>
      transferOwnership.run(context, { ...input(), userId: successorId ?? '' }),
    );
    return true;
  }
  await unless(['NOT_A_MEMBER', 'DISSOLVED', 'PERMISSION_DENIED'], () =>
    leaveGroup.run(context, input()),
  );
  return true;
}
