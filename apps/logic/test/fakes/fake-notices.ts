import type { EncodedEntry } from '../../src/usecase/change/ports.js';
import type { GroupNotices } from '../../src/usecase/group/ports.js';

/** Words as JSON, so that tests can read what was said. */
function words(kind: string, ...facts: readonly unknown[]): EncodedEntry {
  return { kind, content: new TextEncoder().encode(JSON.stringify(facts)) };
}

export const fakeNotices: GroupNotices = {
  created: (...facts) => words('created', ...facts),
  joined: (...facts) => words('joined', ...facts),
  left: (...facts) => words('left', ...facts),
  updated: (...facts) => words('updated', ...facts),
  roleChanged: (...facts) => words('roleChanged', ...facts),
  ownerChanged: (...facts) => words('ownerChanged', ...facts),
  memberRenamed: (...facts) => words('memberRenamed', ...facts),
  membersMuted: (...facts) => words('membersMuted', ...facts),
  dissolved: () => words('dissolved'),
  invitationChanged: (...facts) => words('invitationChanged', ...facts),
  applicationChanged: (...facts) => words('applicationChanged', ...facts),
  requestsRead: (...facts) => words('requestsRead', ...facts),
};
