export { createClient, type QueqiaoClient } from './client.js';
export type { ClientEvents, ClientOptions, ClientStats, EntryEvent } from './client-options.js';
export type { LocalMessage, SendReceipt } from './actions/outbox.js';
export type { Missed } from './actions/self-check.js';
export { DEFAULT_BACKOFF, type BackoffOptions } from './backoff.js';
export type { Clock, Timer } from './clock.js';
export {
  clockGeneration,
  storedGeneration,
  type GenerationStore,
  type TextStorage,
} from './connection/generation.js';
export type { ConnectionState } from './connection/state.js';
export type { TokenOption } from './connection/token-source.js';
export type { CallOptions, Caller, ServiceDefinition } from './connection/typed-call.js';
export type { FriendLabels, RequestWish } from './friends/friend-requests.js';
export type { FriendPatch, Friends } from './friends/friends.js';
export type { MomentEvents } from './moments/moment-events.js';
export type { MomentNotices } from './moments/moment-notices.js';
export type { AudienceWish, MomentPage, Moments, PostDraft } from './moments/moments.js';
export type { WatchedPosts } from './moments/watched-posts.js';
export type { PresenceWatch } from './presence/presence.js';
export type { Me, SelfFeedEvents } from './users/self-feed.js';
export type { ProfilePatch, Users, UserSettingsPatch } from './users/users.js';
export { SUBPROTOCOL, type WebSocketFactory, type WebSocketLike } from './connection/web-socket.js';
export { QueqiaoError } from './errors.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export type { GroupEntry, GroupEntryKind, GroupEvents, GroupPlace } from './groups/group-events.js';
export type { GroupPatch, Groups, GroupWish } from './groups/groups.js';
export type { WatchedGroup } from './groups/watched-group.js';
export type { Logger } from './logger.js';
export type { EntrySource } from './replica/conversation-log.js';
export { contents, mentioning, replyingTo, withExtra } from './contents.js';
export { TYPING_SIGNAL, type Readers, type SendOptions } from './message-actions.js';
export type { Reaction } from './replica/change-index.js';
export type { ConversationView } from './replica/conversation-view.js';
export type { MemberOperation, SettingsPatch } from './replica/member-operation.js';
export type { MessageView } from './replica/message-view.js';
export { IndexedDbReplicaStore, type IndexedDbOptions } from './replica/indexed-db-store.js';
export {
  DEFAULT_STORE_OPTIONS,
  MemoryReplicaStore,
  type StoreOptions,
} from './replica/memory-store.js';
export type {
  ConversationRecord,
  ReplicaChange,
  ReplicaSnapshot,
  ReplicaStore,
  StoredOperations,
  StoredSend,
} from './replica/replica-store.js';
export {
  AddFriendRule,
  Audience_Kind,
  ConversationServiceDefinition,
  DeviceServiceDefinition,
  Entry_State,
  FoundUser_By,
  FriendRequest_State,
  FriendSource_Way,
  Gender,
  GroupApplication_State,
  GroupInvitation_State,
  GroupRole,
  GroupServiceDefinition,
  GroupVisibility,
  HistoryPolicy,
  InviteRight,
  InviteRule,
  JoinMode,
  JoinWay,
  MessageServiceDefinition,
  MomentNotice_Kind,
  Platform,
  PostsRange,
  PresenceRule,
  Sender_Kind,
  UserServiceDefinition,
} from '@queqiao/protocol/client';
export { Content, Entry } from '@queqiao/protocol/client';
export type {
  Audience,
  Comment,
  Connected,
  DeviceRecord,
  FaceRoomEvent,
  FoundUser,
  Friend,
  FriendRequest,
  FriendSource,
  Group,
  GroupApplication,
  GroupInvitation,
  GroupMember,
  JoinLink,
  Like,
  LinkCard,
  MemberState,
  MomentNotice,
  Post,
  PostContent,
  Presence,
  TransientEvent,
  User,
  UserSettings,
} from '@queqiao/protocol/client';
