import {
  GroupApplication,
  GroupApplication_State,
  GroupInvitation,
  GroupInvitation_State,
  type JoinLink as ProtoJoinLink,
} from '@queqiao/protocol/client';
import type { Application, Invitation, JoinLink } from '../../usecase/group/request-ports.js';

const INVITATION_STATES = {
  pending: GroupInvitation_State.PENDING,
  accepted: GroupInvitation_State.ACCEPTED,
  rejected: GroupInvitation_State.REJECTED,
  expired: GroupInvitation_State.EXPIRED,
} as const satisfies Record<Invitation['state'], GroupInvitation_State>;

const APPLICATION_STATES = {
  pending: GroupApplication_State.PENDING,
  accepted: GroupApplication_State.ACCEPTED,
  rejected: GroupApplication_State.REJECTED,
  cancelled: GroupApplication_State.CANCELLED,
} as const satisfies Record<Application['state'], GroupApplication_State>;

export function toProtoInvitation(invitation: Invitation): GroupInvitation {
  return GroupInvitation.create({ ...invitation, state: INVITATION_STATES[invitation.state] });
}

export function toProtoApplication(application: Application): GroupApplication {
  return GroupApplication.create({ ...application, state: APPLICATION_STATES[application.state] });
}

export function toProtoLink(link: JoinLink): ProtoJoinLink {
  const { token, groupId, creatorId, createdMs, expiresMs, maxUses, uses } = link;
  return { token, groupId, creatorId, createdMs, expiresMs, maxUses, uses };
}
