import { DomainError, type Sender, type UserId } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import { notice } from '../change/change-request.js';
import type { NewEntry, EncodedEntry } from '../change/ports.js';
import type { GroupFacts, GroupNotices, GroupStep, InvitationsStep } from './ports.js';
import type { Application, Invitation } from './request-ports.js';

/** Characters of what is said with a request and of the answer to it. */
export const REQUEST_TEXT_MAX_LENGTH = 200;

/** Feeds are no chats: lists show nothing of them. */
function feedEntry(actor: Sender, words: EncodedEntry): NewEntry {
  return notice(actor, words, { shown: false });
}

interface Asking {
  readonly inviterId: UserId;
  readonly text: string;
  readonly expiryMs: number;
}

/** Invitations of one inviter to one group, as they are when they are made. */
export function newInvitations(
  { nowMs, group }: { nowMs: number; group: Pick<GroupFacts['group'], 'groupId' | 'name'> },
  userIds: readonly UserId[],
  { inviterId, text, expiryMs }: Asking,
): Invitation[] {
  const times = { createdMs: nowMs, updatedMs: nowMs, expiresMs: nowMs + expiryMs };
  const { groupId, name: groupName } = group;
  return userIds.map((userId) => {
    const place = { groupId, groupName, userId, inviterId, text };
    return { ...place, state: 'pending', read: false, ...times };
  });
}

/** Each is told in the feed of who is invited. */
export function invitationsStep(
  notices: GroupNotices,
  actor: Sender,
  invitations: readonly Invitation[],
): InvitationsStep {
  return {
    op: 'invitations',
    invitations,
    entry: (invitation, unread) => feedEntry(actor, notices.invitationChanged(invitation, unread)),
  };
}

interface Applying {
  readonly inviterId: string;
  readonly text: string;
  readonly rules: Pick<AppRules, 'maxGroupApplications'>;
}

/** The facts must say how many wait. Errors: LIMIT_EXCEEDED (maxGroupApplications). */
export function newApplications(
  { nowMs, group, pendingApplications }: GroupFacts,
  userIds: readonly UserId[],
  { inviterId, text, rules: { maxGroupApplications } }: Applying,
): Application[] {
  if (userIds.length > 0 && pendingApplications + userIds.length > maxGroupApplications) {
    const message = `at most ${maxGroupApplications} applications to a group wait for an answer`;
    throw new DomainError('LIMIT_EXCEEDED', message, { field: 'maxGroupApplications' });
  }
  const fresh = { state: 'pending', handledBy: '', answer: '' } as const;
  return userIds.map((userId) => ({
    groupId: group.groupId,
    userId,
    inviterId,
    text,
    ...fresh,
    createdMs: nowMs,
    updatedMs: nowMs,
  }));
}

/** Each is told in the feeds of the applicant and of all who may decide: the facts must name the managers. */
export function applicationSteps(
  notices: GroupNotices,
  actor: Sender,
  { managers }: GroupFacts,
  applications: readonly Application[],
): GroupStep[] {
  if (applications.length === 0) return [];
  const told = applications.flatMap((application): GroupStep[] => {
    const entry = feedEntry(actor, notices.applicationChanged(application));
    const userIds = new Set([application.userId, ...managers]);
    return [...userIds].map((userId) => ({ op: 'feed', userId, entry }));
  });
  return [{ op: 'applications', applications }, ...told];
}
