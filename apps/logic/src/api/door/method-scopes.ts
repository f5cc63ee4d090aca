import { DomainError, type Scope } from '@queqiao/domain';
import type * as server from '@queqiao/protocol/server';

type Server = typeof server;

/** Every method of every service of queqiao.server.v1: one without a scope does not compile. */
type ServerScopes = {
  readonly [
    K in keyof Server as K extends `${infer Name}ServiceDefinition` ? `${Name}Service` : never
  ]: Server[K] extends { readonly methods: infer Methods }
    ? { readonly [M in keyof Methods]: Scope }
    : never;
};

const SERVER_SCOPES = {
  ConversationService: {
    getConversation: 'read',
    listConversations: 'read',
    listReadStates: 'read',
    listReaders: 'read',
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
  TokenService: { issueToken: 'write', revokeToken: 'admin' },
  UserService: { upsertUsers: 'write', signOutUser: 'admin' },
} as const satisfies ServerScopes;

/** By `queqiao.server.v1.Service/Method`. */
export const METHOD_SCOPES: ReadonlyMap<string, Scope> = new Map(
  Object.entries<Readonly<Record<string, Scope>>>(SERVER_SCOPES).flatMap(([service, methods]) =>
    Object.entries(methods).map(([name, scope]) => [pathOf(service, name), scope] as const),
  ),
);

function pathOf(service: string, name: string): string {
  return `queqiao.server.v1.${service}/${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

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
