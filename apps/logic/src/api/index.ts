export { operatorServices } from './admin/operator-services.js';
export { serverBroadcastService, type BroadcastUsecases } from './broadcast/server-service.js';
export { clientCommentService, type CommentUsecases } from './comment/client-service.js';
export { clientConversationService } from './conversation/client-service.js';
export { serverConversationService } from './conversation/server-service.js';
export { CallAdmission } from './call-admission.js';
export { CallObserver } from './call-observer.js';
export {
  GrpcAuthentication,
  type CallerTokens,
  type Credentials,
  type Operators,
} from './door/grpc-authentication.js';
export { GrpcDoor } from './door/grpc-door.js';
export { METHOD_SCOPES } from './door/method-scopes.js';
export { RefusalGate } from './door/refusal-gate.js';
export { LinkDoor } from './door/link-door.js';
export { clientDeviceService } from './device/client-service.js';
export { serverEventService } from './event/server-service.js';
export { clientFriendService, type FriendUsecases } from './friend/client-service.js';
export { friendNotices } from './friend/friend-notices.js';
export { serverFriendService, type ServerFriendUsecases } from './friend/server-service.js';
export { clientGroupService } from './group/client-service.js';
export { groupNotices } from './group/group-notices.js';
export { serverGroupService } from './group/server-service.js';
export type { GroupUsecases } from './group/usecases.js';
export { questionEncoder } from './hook/question.js';
export { serverHookService } from './hook/server-service.js';
export { changeContents } from './message/change-contents.js';
export { toldContents } from './user/told-contents.js';
export { clientMessageService, type MessageUsecases } from './message/client-service.js';
export { importService } from './message/import-service.js';
export { serverMessageService } from './message/server-service.js';
export { MethodCaller } from './method-caller.js';
export { Settling } from './settling.js';
export { clientMomentService, type MomentUsecases } from './moment/client-service.js';
export { serverMomentService, type ServerMomentUsecases } from './moment/server-service.js';
export { postNotices } from './moment/post-notices.js';
export {
  clientMomentNoticeService,
  type MomentNoticeUsecases,
} from './moment-notice/client-service.js';
export { noticeEntries } from './moment-notice/notice-entries.js';
export { clientPresenceService } from './presence/client-service.js';
export { encodePresence } from './presence/mapper.js';
export { serverPresenceService } from './presence/server-service.js';
export { serverTokenService } from './token/server-service.js';
export { sessionService } from './session/node-service.js';
export { webhookFormat } from './webhook/event-body.js';
export { serverWebhookService } from './webhook/server-service.js';
export { clientUserService, type UserUsecases } from './user/client-service.js';
export { profileNotices } from './user/profile-notices.js';
export { serverUserService, type ServerUserUsecases } from './user/server-service.js';
export type { AnyService } from './api-service.js';
