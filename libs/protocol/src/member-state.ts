import type { GroupRole, MemberView } from '@queqiao/domain';
import type { MemberState } from './gen/queqiao/client/v1/conversation_service.js';
import { GroupRole as ProtoGroupRole } from './gen/queqiao/client/v1/group.js';

const ROLES = {
  owner: ProtoGroupRole.OWNER,
  admin: ProtoGroupRole.ADMIN,
  member: ProtoGroupRole.MEMBER,
} as const satisfies Record<GroupRole, ProtoGroupRole>;

export function toProtoRole(role: GroupRole): ProtoGroupRole {
  return ROLES[role];
}

/** Undefined: not a role. */
export function fromProtoRole(role: ProtoGroupRole): GroupRole | undefined {
  return (Object.keys(ROLES) as GroupRole[]).find((name) => ROLES[name] === role);
}

/** A member's own state as its devices are told it. */
export function toMemberState(view: MemberView): MemberState {
  return { ...view, role: toProtoRole(view.role) };
}
