import type { Directory } from '@queqiao/directory';
import type { Clock } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import {
  clientConversationService,
  clientDeviceService,
  clientGroupService,
  clientMessageService,
  clientUserService,
  groupEntries,
  serverGroupService,
  serverMessageService,
  serverUserService,
  sessionService,
  type AnyService,
} from '../api/index.js';
import type { AppendWriter } from '../append/index.js';
import { TokenVerifier } from '../auth/token-verifier.js';
import type { Delivery } from '../delivery/index.js';
import type { LinkHub } from '../link/index.js';
import type { Apps } from '../usecase/app/ports.js';
import { MarkRead } from '../usecase/conversation/mark-read.js';
import { PullEntries } from '../usecase/conversation/pull-entries.js';
import type { LogEpoch } from '../usecase/conversation/ports.js';
import { SyncConversations } from '../usecase/conversation/sync-conversations.js';
import { CreateGroup } from '../usecase/group/create-group.js';
import { SendEntry } from '../usecase/message/send-entry.js';
import { SendMessage } from '../usecase/message/send-message.js';
import { ListDevices } from '../usecase/device/list-devices.js';
import { SignOutDevice } from '../usecase/device/sign-out-device.js';
import { SignOutUser } from '../usecase/device/sign-out-user.js';
import { CloseSession } from '../usecase/session/close-session.js';
import { KickSession } from '../usecase/session/kick-session.js';
import { OpenSession } from '../usecase/session/open-session.js';
import type { KnownUsers, Tokens } from '../usecase/session/ports.js';
import { RefreshSession } from '../usecase/session/refresh-session.js';
import { RevocationsSince } from '../usecase/session/revocations-since.js';
import type { SignedOut } from '../usecase/session/signed-out.js';
import { GetUsers } from '../usecase/user/get-users.js';
import { UpsertUsers } from '../usecase/user/upsert-users.js';
import type { Caches } from './caches.js';
import { LinkedConnectNodes } from './connect-nodes.js';
import { groupAnnouncer, statePusher } from './pushers.js';

export interface ServicesDeps {
  readonly database: Database;
  readonly directory: Directory;
  readonly caches: Caches;
  readonly writer: AppendWriter;
  readonly delivery: Delivery;
  readonly hub: LinkHub;
  readonly clock: Clock;
}

export interface Services {
  readonly all: readonly AnyService[];
  readonly tokens: Tokens;
  readonly apps: Apps;
  readonly users: KnownUsers;
  /** For the public door: a few seconds old at most. */
  readonly signedOut: SignedOut;
}

/** Every operation with its adapters, and every service with its operations. */
export function createServices(
  deps: ServicesDeps,
  options: { readonly owner: string; readonly dispatchDelayMs: number },
): Services {
  const { database, caches, writer, delivery, clock } = deps;
  const { conversations, users } = database;
  const apps: Apps = { app: (appId) => caches.apps.get(appId) };
  const knownUsers: KnownUsers = { ensure: (app, user) => caches.knownUsers.get(app, user) };
  const tokens = new TokenVerifier({ keys: caches.keys, clock });
  const epoch: LogEpoch = { logEpoch: async () => (await caches.epoch.get()) ?? 0 };
  const conversation = { log: conversations, epoch };
  const announcer = groupAnnouncer(delivery);
  const createGroup = new CreateGroup(
    { apps, users, groups: conversations, entries: groupEntries, announcer },
    options,
  );
  const push = statePusher(delivery);
  const all = [
    clientMessageService({ sendEntry: new SendEntry({ apps, log: writer }) }),
    clientConversationService({
      syncConversations: new SyncConversations(conversation),
      pullEntries: new PullEntries(conversation),
      markRead: new MarkRead({ log: conversations, push }, options),
    }),
    clientGroupService({ createGroup }),
    clientUserService({ getUsers: new GetUsers({ users }) }),
    serverMessageService({ sendMessage: new SendMessage({ apps, log: writer }) }),
    serverGroupService({ createGroup }),
    clientDeviceService({
      listDevices: new ListDevices({ devices: database.devices }),
      signOutDevice: new SignOutDevice({ signOuts: database.revocations }),
    }),
    serverUserService({
      upsertUsers: new UpsertUsers({ users }),
      signOutUser: new SignOutUser({ signOuts: database.revocations }),
    }),
    sessions({ tokens, apps, users: knownUsers, epoch }, deps),
  ];
  const signedOut: SignedOut = {
    signedOutMs: async (...device) => (await caches.signedOut.get(...device)) ?? 0,
  };
  return { all, tokens, apps, users: knownUsers, signedOut };
}

function sessions(
  shared: { tokens: Tokens; apps: Apps; users: KnownUsers; epoch: LogEpoch },
  deps: ServicesDeps,
): AnyService {
  const { devices, revocations } = deps.database;
  const checked = { ...shared, signedOut: revocations };
  return sessionService({
    openSession: new OpenSession({ ...checked, devices }),
    refreshSession: new RefreshSession(checked),
    closeSession: new CloseSession({ devices }),
    kickSession: new KickSession({ nodes: new LinkedConnectNodes(deps) }),
    revocationsSince: new RevocationsSince({ feed: revocations }),
  });
}
