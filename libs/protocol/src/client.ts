export * from './gen/index.queqiao.client.v1.js';
export * from './frame-codec.js';
export { fromProtoRole, toMemberState, toProtoRole } from './member-state.js';
