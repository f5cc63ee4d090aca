import type { GroupRole } from '@queqiao/domain';
import type { GroupPatch } from '../state/group-notice.js';

/** Where somebody stands, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * What can be done to groups; without a group id, to that of the open conversation. All throw Problem, and what they change is
 * seen in the state.
 */
export interface GroupActions {
  update(patch: GroupPatch): Promise<void>;
  /** Those who have to be asked first are asked; the others are in when it resolves. */
  addMembers(names: readonly string[], text: string): Promise<void>;
  removeMember(userId: string): Promise<void>;
  setRole(userId: string, role: 'admin' | 'member'): Promise<void>;
  transfer(userId: string): Promise<void>;
  rename(userId: string, name: string): Promise<void>;
  /** 0: may speak again; undefined: until somebody says otherwise. */
  mute(userId: string, lastsMs: number | undefined): Promise<void>;
  leave(): Promise<void>;
  dissolve(): Promise<void>;
  /** Shows more members, of all or of those that are searched for. */
  moreMembers(): Promise<void>;
  /** Without both all members are shown. */
  search(query: string, role: GroupRole | undefined): Promise<void>;
  showLinks(): Promise<void>;
  createLink(): Promise<void>;
  revokeLink(token: string): Promise<void>;
  /** Comes into a public group, or applies; false: has to wait. */
  join(groupId: string, text: string): Promise<boolean>;
  handleApplication(groupId: string, userId: string, accept: boolean): Promise<void>;
  answerInvitation(groupId: string, accept: boolean): Promise<void>;
  /** This person looks at invitations and applications. */
  requestsSeen(): Promise<void>;
  /** Takes what the link in the address offers, or does not. */
  takeOffer(): Promise<void>;
  dropOffer(): void;
  enterFaceRoom(code: string, place: Place): Promise<void>;
  joinFaceRoom(name: string): Promise<void>;
  leaveFaceRoom(): void;
}
