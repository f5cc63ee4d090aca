import type { Directory } from '@queqiao/directory';
import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import {
  changeContents,
  clientCommentService,
  clientConversationService,
  clientDeviceService,
  clientFriendService,
  clientGroupService,
  clientMessageService,
  clientMomentNoticeService,
  clientMomentService,
  clientUserService,
  serverFriendService,
  serverGroupService,
  serverMomentService,
  sessionService,
  type AnyService,
  type CallerTokens,
  type MessageUsecases,
  type MomentUsecases,
} from '../api/index.js';
import type { AppendWriter } from '../append/index.js';
import type { TokenSecrets } from '../auth/token-secrets.js';
import { TokenVerifier } from '../auth/token-verifier.js';
import type { BroadcastJobs } from '../broadcast/index.js';
import type { Delivery, EventBell, MomentJobs } from '../delivery/index.js';
import type { LinkHub } from '../link/index.js';
import type { Apps } from '../usecase/app/ports.js';
import type { ChangeOptions } from '../usecase/change/ports.js';
import { AckDelivered } from '../usecase/conversation/ack-delivered.js';
import { CatchUp } from '../usecase/conversation/catch-up.js';
import { ClearHistory } from '../usecase/conversation/clear-history.js';
import { DeleteForMe } from '../usecase/conversation/delete-for-me.js';
import { ListReaders } from '../usecase/conversation/list-readers.js';
import { MarkRead } from '../usecase/conversation/mark-read.js';
import { PullEntries } from '../usecase/conversation/pull-entries.js';
import type { LogEpoch } from '../usecase/conversation/ports.js';
import { SyncConversations } from '../usecase/conversation/sync-conversations.js';
import { UpdateSettings } from '../usecase/conversation/update-settings.js';
import type { UserLookup } from '../usecase/must-exist.js';
import type { MessagePosts } from '../usecase/message/post-message.js';
import { DeleteEntries } from '../usecase/message/delete-entries.js';
import { EditEntry } from '../usecase/message/edit-entry.js';
import { PinEntry } from '../usecase/message/pin-entry.js';
import { ReactToEntry } from '../usecase/message/react-to-entry.js';
import { RecallEntry } from '../usecase/message/recall-entry.js';
import { SendEntry, type SendEntryDeps } from '../usecase/message/send-entry.js';
import { SendSignal } from '../usecase/message/send-signal.js';
import { ListDevices } from '../usecase/device/list-devices.js';
import { SignOutDevice } from '../usecase/device/sign-out-device.js';
import type { TellPresence } from '../usecase/presence/tell-presence.js';
import { CloseSession } from '../usecase/session/close-session.js';
import { KickSession } from '../usecase/session/kick-session.js';
import { LargeGroups } from '../usecase/session/large-groups.js';
import { OpenSession } from '../usecase/session/open-session.js';
import type { KnownUsers, SessionApps, Tokens } from '../usecase/session/ports.js';
import { RefreshSession } from '../usecase/session/refresh-session.js';
import { RevocationsSince } from '../usecase/session/revocations-since.js';
import type { KnownStandings } from '../usecase/session/standing.js';
import { appUserService } from './app-users.js';
import { backEndMessageServices } from './back-end-messages.js';
import { CachedStandings } from './cached-standings.js';
import type { Caches } from './caches.js';
import { LinkedConnectNodes } from './connect-nodes.js';
import { momentNoticeUsecases } from './moment-notices.js';
import { broadcastService } from './broadcasts.js';
import { erasureJobs, type UserErasures } from './erasures.js';
import { eventService } from './events.js';
import { backEndRefusals } from './administration.js';
import { beforeSendJudge, hookServices } from './hook.js';
import { appMomentUsecases, commentUsecases, momentUsecases } from './moments.js';
import { peopleUsecases } from './people.js';
import { presenceServices } from './presence.js';
import { LiveTransients } from './transients.js';
import { groupUsecases } from './groups.js';
import { statePusher } from './pushers.js';
import { callsOf } from './calls.js';
import { tokenService } from './tokens.js';
import { webhookServices, type Outbound } from './webhooks.js';

export interface ServicesDeps {
  readonly database: Database;
  readonly directory: Directory;
  readonly caches: Caches;
  readonly secrets: TokenSecrets;
  readonly writer: AppendWriter;
  readonly delivery: Delivery;
  readonly jobs: Pick<MomentJobs, 'nudge'>;
  readonly broadcastJobs: Pick<BroadcastJobs, 'nudge'>;
  readonly bell: EventBell;
  readonly hub: LinkHub;
  readonly outbound: Outbound | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
}

export interface Services {
  readonly all: readonly AnyService[];
  readonly tokens: CallerTokens;
  readonly apps: Apps;
  readonly users: KnownUsers & UserLookup;
  /** For the public door: STANDING_MAX_AGE_MS old at most. */
  readonly standings: KnownStandings;
  readonly erasures: UserErasures;
}

type MemberChanges = ConstructorParameters<typeof MarkRead>;

/** Every operation with its adapters, and every service with its operations. */
export function createServices(
  deps: ServicesDeps,
  options: { readonly owner: string; readonly dispatchDelayMs: number },
): Services {
  const { database, caches, writer, delivery, clock } = deps;
  const apps: SessionApps = { app: (appId) => caches.apps.get(appId) };
  const knownUsers: KnownUsers = { ensure: (app, user) => caches.knownUsers.get(app, user) };
  const tokens = new TokenVerifier({ keys: caches.keys, clock });
  const standings = new CachedStandings(caches.standings);
  const epoch: LogEpoch = { logEpoch: async () => (await caches.epoch.get()) ?? 0 };
  const call = callsOf(database);
  const groups = groupUsecases({ ...deps, apps }, options);
  const people = peopleUsecases({ ...deps, apps }, options);
  const push = statePusher(delivery);
  const moments = momentUsecases({ ...deps, apps }, options);
  const erasures = erasureJobs({ ...deps, apps }, options);
  const { upsertUsers } = people;
  const appUsers = { upsertUsers, erasureJobs: erasures };
  const change = <T extends object>(Change: new (...given: MemberChanges) => T) =>
    call(({ members }) => new Change({ members, push }, options));
  const transients = call((stores) => new LiveTransients({ ...stores, delivery, clock }));
  const beforeSend = beforeSendJudge(deps);
  const presence = presenceServices({ ...deps, apps });
  const all = [
    clientMessageService({
      ...messages({ apps, log: writer, transients, beforeSend }),
      deleteForMe: change(DeleteForMe),
    }),
    clientConversationService({
      syncConversations: call(({ conversations: log }) => new SyncConversations({ log, epoch })),
      pullEntries: call(({ conversations: log }) => new PullEntries({ log, epoch })),
      catchUp: call(({ conversations: log }) => new CatchUp({ log, epoch })),
      markRead: change(MarkRead),
      updateSettings: change(UpdateSettings),
      clearHistory: change(ClearHistory),
      listReaders: call((stores) => new ListReaders({ ...stores, log: stores.conversations })),
    }),
    clientGroupService(groups),
    clientUserService(people.users),
    clientFriendService(people.friends),
    ...momentServices({ ...deps, apps }, options, moments),
    ...backEndServices({ ...deps, apps, epoch, log: writer, transients }, options),
    serverFriendService(people.onBehalf),
    serverGroupService(groups),
    clientDeviceService({
      listDevices: call(({ devices }) => new ListDevices({ devices })),
      signOutDevice: call(({ revocations: signOuts }) => new SignOutDevice({ signOuts })),
    }),
    appUserService({ ...deps, ...appUsers, nodes: new LinkedConnectNodes(deps) }),
    tokenService({ ...deps, tokens, users: knownUsers }),
    ...presence.services,
    sessions({ tokens, apps, users: knownUsers, epoch, clock }, deps, {
      ackDelivered: new AckDelivered({ members: database.members, push }, options),
      tellPresence: presence.tellPresence,
    }),
  ];
  const lookup: UserLookup = { existing: (app, userIds) => database.users.existing(app, userIds) };
  return { all, tokens, apps, users: { ...knownUsers, ...lookup }, standings, erasures };
}

/** Of back ends alone: nothing of it is a user's. */
function backEndServices(
  deps: ServicesDeps & MessagePosts & { readonly apps: Apps; readonly epoch: LogEpoch },
  options: ChangeOptions,
): AnyService[] {
  const refusals = backEndRefusals(deps.database, deps);
  return [
    ...hookServices(deps, refusals),
    eventService(deps),
    broadcastService(deps, options),
    ...webhookServices(deps.database, deps.apps, deps.outbound, refusals),
    ...backEndMessageServices(deps, options),
  ];
}

function momentServices(
  deps: ServicesDeps & { readonly apps: Apps },
  options: ChangeOptions,
  moments: MomentUsecases,
): AnyService[] {
  return [
    clientMomentService(moments),
    clientCommentService(commentUsecases(deps, options)),
    clientMomentNoticeService(momentNoticeUsecases(deps, options)),
    serverMomentService(appMomentUsecases(deps, options)),
  ];
}

function messages(posts: SendEntryDeps): Omit<MessageUsecases, 'deleteForMe'> {
  const changes = { ...posts, contents: changeContents };
  return {
    sendEntry: new SendEntry(posts),
    recallEntry: new RecallEntry(changes),
    editEntry: new EditEntry(changes),
    deleteEntries: new DeleteEntries(changes),
    reactToEntry: new ReactToEntry(changes),
    pinEntry: new PinEntry(changes),
    sendSignal: new SendSignal(posts),
  };
}

function sessions(
  shared: { tokens: Tokens; apps: SessionApps; users: KnownUsers; epoch: LogEpoch; clock: Clock },
  deps: ServicesDeps,
  more: { readonly ackDelivered: AckDelivered; readonly tellPresence: TellPresence },
): AnyService {
  const { devices, revocations } = deps.database;
  const checked = { ...shared, standings: revocations };
  return sessionService({
    openSession: new OpenSession({ ...checked, devices }),
    refreshSession: new RefreshSession(checked),
    closeSession: new CloseSession({ devices }),
    kickSession: new KickSession({ nodes: new LinkedConnectNodes(deps) }),
    ...more,
    revocationsSince: new RevocationsSince({ feed: revocations }),
    largeGroups: new LargeGroups({ rows: deps.database.large }),
  });
}
