export { bundleOf, checkoutRoot, type ClusterOptions } from './cluster-options.js';
export type { ConnectNode, LogicNode, WebNode } from './cluster-node.js';
export { TestCluster } from './cluster.js';
export {
  BareDevice,
  SocketClosed,
  type Codec,
  type Inner,
  type ItemOf,
  type SignInInput,
} from './device/bare-device.js';
export {
  methodsOf,
  requestFromJson,
  responseToJson,
  takesFields,
  type JsonObject,
  type JsonValue,
} from './device/json-body.js';
export type { MemberMove, MoveIds } from './device/move-until-known.js';
export { ReplicaLog } from './device/replica.js';
export { ReplicaRecorder, type ReplicaRecorderOptions } from './device/replica-recorder.js';
export { RoamingDevice, type RoamingDeviceOptions } from './device/roaming-device.js';
export type { TestDevice } from './device/test-device.js';
export { eventually } from './eventually.js';
export { lockHead, type HeadLock } from './head-lock.js';
export { lockTable } from './table-lock.js';
export { openTransaction, type OpenTransaction } from './open-transaction.js';
export { stallAppend, type StalledAppend } from './stalled-append.js';
export type { MessageChange, OwnChange, OwnSettings } from './history/changes.js';
export { checkHistory, checkRests, type Violation } from './history/check-history.js';
export {
  History,
  type ChangeRecord,
  type OwnChangeRecord,
  type RestRecord,
  type SendRecord,
} from './history/history.js';
export {
  GUARANTEES,
  isRefused,
  seqOf,
  type Guarantee,
  type HistoryInput,
  type Membership,
  type WrittenRecord,
} from './history/history-input.js';
export {
  queryRows,
  readLogTable,
  readMarksOfMessages,
  readMembers,
  readTails,
} from './history/log-table.js';
export { newestSeen } from './history/stays.js';
export { contentDigestOf, type ShownConversation } from './history/shown.js';
export { digestOf, SurfacedLog } from './history/surfaced-log.js';
export { TcpProxy, type Direction, type Verdict } from './tcp-proxy.js';
export { countRedisKeys, flushRedis } from './redis-commands.js';
export { longRun, machineHas, testSeed } from './requirement.js';
export { createTestApp, TestApp } from './test-app.js';
export { TEST_SECRET_KEY } from './test-secret-key.js';
export { TestOperator } from './test-operator.js';
export { newTokenSecret } from './test-tokens.js';
