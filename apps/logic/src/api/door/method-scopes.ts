import { DomainError, type Scope } from '@queqiao/domain';
import type * as server from '@queqiao/protocol/server';
import { CLIENT_SCOPES } from './client-scopes.js';
import { scopesByPath, type ScopesOf } from './scope-table.js';

const SERVER_SCOPES = {
  ConversationService: {
    getConversation: 'read',
    listConversations: 'read',
    listReadStates: 'read',
    listReaders: 'read',
  },
  BroadcastService: {
    startBroadcast: 'write',
    getBroadcast: 'read',
    listBroadcasts: 'read',
    cancelBroadcast: 'write',
  },
  FriendService: {
    addFriends: 'write',
    removeFriends: 'write',
    setDirectChat: 'write',
    listFriends: 'read',
  },
  GroupService: {
    createGroup: 'write',
    getGroup: 'read',
    updateGroup: 'write',
    dissolveGroup: 'write',
    listMembers: 'read',
    addMembers: 'write',
    removeMembers: 'write',
    setRole: 'write',
    transferOwnership: 'write',
    muteMembers: 'write',
  },
  ImportService: { importMessages: 'write' },
  MessageService: {
    sendMessage: 'write',
    sendToUsers: 'write',
    listMessages: 'read',
    recallMessage: 'write',
    deleteMessages: 'write',
  },
  MomentService: {
    listPosts: 'read',
    getPost: 'read',
    removePost: 'write',
    restorePost: 'write',
    listComments: 'read',
    removeComment: 'write',
    exportPosts: 'read',
  },
  HookService: {
    setBeforeSendHook: 'admin',
    getBeforeSendHook: 'admin',
    deleteBeforeSendHook: 'admin',
  },
  EventService: { subscribe: 'read' },
  PresenceService: { getPresence: 'read' },
  WebhookService: {
    createWebhook: 'admin',
    getWebhook: 'admin',
    listWebhooks: 'admin',
    updateWebhook: 'admin',
    rotateSecret: 'admin',
    deleteWebhook: 'admin',
    listDeadLetters: 'admin',
    replayDeadLetters: 'admin',
  },
  // Who holds a user's token may do all that the user may.
  TokenService: { issueToken: 'admin', revokeToken: 'admin' },
  UserService: {
    upsertUsers: 'write',
    signOutUser: 'admin',
    getUsers: 'read',
    banUser: 'admin',
    unbanUser: 'admin',
    listBans: 'read',
    listDevices: 'read',
    eraseUser: 'admin',
    getErasure: 'read',
  },
} as const satisfies ScopesOf<typeof server>;

/** By `queqiao.server.v1.Service/Method`; of client methods, for calls on behalf of users. */
export const METHOD_SCOPES: ReadonlyMap<string, Scope> = new Map([
  ...scopesByPath('queqiao.server.v1', SERVER_SCOPES),
  ...scopesByPath('queqiao.client.v1', CLIENT_SCOPES),
]);

/** Refuses with PERMISSION_DENIED what the credential is not for, and every method that has no scope. */
export function requireScope(
  declared: ReadonlyMap<string, Scope>,
  path: string,
  held: readonly Scope[],
): void {
  const scope = declared.get(path);
  if (scope !== undefined && held.includes(scope)) return;
  const message =
    scope === undefined
      ? 'no credential is for this method'
      : `the credential does not have the scope ${scope}`;
  throw new DomainError('PERMISSION_DENIED', message, { field: 'authorization' });
}
