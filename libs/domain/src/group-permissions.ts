import type { ErrorCode } from './error-table.js';
import type { GroupProfile, GroupRole } from './group.js';

/** What can be done to a group or in it. Those with a target also ask `mayActOn`. */
export const GROUP_OPERATIONS = [
  'see',
  // Coming in by oneself, or asking to.
  'join',
  // Coming in with a link, an accepted invitation or application, or from a face room.
  'enter',
  'speak',
  'take-back',
  'leave',
  'add-members',
  'rename-self',
  'rename-member',
  'remove-member',
  'mute-member',
  'update-profile',
  'update-rules',
  'mute-all',
  'handle-application',
  'manage-links',
  'set-role',
  'transfer',
  'dissolve',
] as const;
export type GroupOperation = (typeof GROUP_OPERATIONS)[number];

/** `app`: the app's back end. `left`: was in the group, and is no more. `none`: never was. */
export const GROUP_ACTORS = ['owner', 'admin', 'member', 'left', 'none', 'app'] as const;
export type GroupActor = (typeof GROUP_ACTORS)[number];

export interface GroupState extends Pick<GroupProfile, 'visibility' | 'joinMode' | 'inviteRight'> {
  readonly dissolved: boolean;
  readonly allMuted: boolean;
}

export type GroupRefusal = Extract<
  ErrorCode,
  'PERMISSION_DENIED' | 'NOT_FOUND' | 'NOT_A_MEMBER' | 'MUTED' | 'DISSOLVED'
>;
export type GroupVerdict = 'yes' | GroupRefusal;

type Row = Readonly<Record<'owner' | 'admin' | 'member' | 'app', GroupVerdict>>;

const NO = 'PERMISSION_DENIED';

/** The one table of who may do what in a group that goes on. */
const TABLE: Readonly<Record<GroupOperation, Row>> = {
  see: row('yes', 'yes', 'yes', 'yes'),
  // Who is in already is let through, and nothing changes.
  join: row('yes', 'yes', 'yes', NO),
  enter: row('yes', 'yes', 'yes', NO),
  speak: row('yes', 'yes', 'yes', 'yes'),
  'take-back': row('yes', 'yes', 'yes', 'yes'),
  // An owner hands the group on first, or dissolves it.
  leave: row(NO, 'yes', 'yes', NO),
  'add-members': row('yes', 'yes', 'yes', 'yes'),
  'rename-self': row('yes', 'yes', 'yes', NO),
  'rename-member': row('yes', 'yes', NO, 'yes'),
  'remove-member': row('yes', 'yes', NO, 'yes'),
  'mute-member': row('yes', 'yes', NO, 'yes'),
  'update-profile': row('yes', 'yes', NO, 'yes'),
  'update-rules': row('yes', 'yes', NO, 'yes'),
  'mute-all': row('yes', 'yes', NO, 'yes'),
  'handle-application': row('yes', 'yes', NO, 'yes'),
  'manage-links': row('yes', 'yes', NO, 'yes'),
  'set-role': row('yes', NO, NO, 'yes'),
  transfer: row('yes', NO, NO, 'yes'),
  dissolve: row('yes', NO, NO, 'yes'),
};

/** What is left of a group that has ended: its log can be read, and messages taken back. */
const AFTER_THE_END: ReadonlySet<GroupOperation> = new Set(['see', 'take-back']);

/** Whether this actor may do this now: `yes`, or the error that it is refused with. */
export function judgeGroup(
  operation: GroupOperation,
  actor: GroupActor,
  state: GroupState,
): GroupVerdict {
  if (actor === 'none' || actor === 'left') return judgeStranger(operation, actor, state);
  if (state.dissolved && !AFTER_THE_END.has(operation)) return 'DISSOLVED';
  if (actor === 'member') {
    if (operation === 'speak' && state.allMuted) return 'MUTED';
    if (operation === 'add-members' && state.inviteRight === 'admins') return NO;
  }
  return TABLE[operation][actor];
}

/** Who is not in it may come in where the group lets them, and nothing else. */
function judgeStranger(
  operation: GroupOperation,
  actor: 'none' | 'left',
  { dissolved, visibility, joinMode }: GroupState,
): GroupVerdict {
  const invited = operation === 'enter';
  if (!invited && (operation !== 'join' || visibility === 'private')) {
    return actor === 'none' ? 'NOT_FOUND' : 'NOT_A_MEMBER';
  }
  if (dissolved) return 'DISSOLVED';
  return invited || joinMode !== 'invitation' ? 'yes' : NO;
}

/** Renaming, removing, muting: only those below. Nobody acts so on the owner. */
export function mayActOn(actor: GroupActor, target: GroupRole): boolean {
  if (target === 'owner') return false;
  if (actor === 'owner' || actor === 'app') return true;
  return actor === 'admin' && target === 'member';
}

function row(
  owner: GroupVerdict,
  admin: GroupVerdict,
  member: GroupVerdict,
  app: GroupVerdict,
): Row {
  return { owner, admin, member, app };
}
