import type * as client from '@queqiao/protocol/client';

type Client = typeof client;
/** `Service/method` of every client service. */
type ClientMethod = {
  readonly [K in keyof Client]: K extends `${infer Name}ServiceDefinition`
    ? Client[K] extends { readonly methods: infer Methods }
      ? `${Name}Service/${Capitalize<keyof Methods & string>}`
      : never
    : never;
}[keyof Client];

/** What devices only look at. Every other method counts as a change, the stricter of the two limits. */
const CLIENT_READS = [
  'CommentService/ListLikes',
  'CommentService/ListComments',
  'ConversationService/SyncConversations',
  'ConversationService/PullEntries',
  'ConversationService/CatchUp',
  'ConversationService/ListReaders',
  'DeviceService/ListDevices',
  'FriendService/ListFriendRequests',
  'FriendService/ListFriends',
  'FriendService/SearchFriends',
  'FriendService/ListBlocks',
  'GroupService/GetGroups',
  'GroupService/ListMyGroups',
  'GroupService/ListMembers',
  'GroupService/GetMembers',
  'GroupService/ListApplications',
  'GroupService/ListMyApplications',
  'GroupService/ListInvitations',
  'GroupService/ListJoinLinks',
  'GroupService/GetJoinLink',
  'MomentService/GetPost',
  'MomentService/ListPosts',
  'MomentService/ListTimeline',
  'MomentService/ListNewPosts',
  'MomentNoticeService/ListMomentNotices',
  'MomentNoticeService/CountMomentNotices',
  'PresenceService/GetPresence',
  'PresenceService/SubscribePresence',
  'PresenceService/UnsubscribePresence',
  'UserService/GetUsers',
  'UserService/GetMe',
  'UserService/SearchUsers',
] as const satisfies readonly ClientMethod[];

/** By `queqiao.client.v1.Service/Method`. */
export const CLIENT_READ_PATHS: ReadonlySet<string> = new Set(
  CLIENT_READS.map((name) => `queqiao.client.v1.${name}`),
);
