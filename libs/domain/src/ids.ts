import { invalidArgument } from './domain-error.js';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type AppId = Branded<'AppId'>;
export type UserId = Branded<'UserId'>;
export type DeviceId = Branded<'DeviceId'>;
export type GroupId = Branded<'GroupId'>;
export type ClientMsgId = Branded<'ClientMsgId'>;

/** Every id that comes from outside: case-sensitive, compared and sorted by byte, never containing a colon. */
export const ID_PATTERN = /^[A-Za-z0-9_.-]{1,64}$/;
export const ID_MAX_LENGTH = 64;

export function isId(value: string): boolean {
  return ID_PATTERN.test(value);
}

/** What a user may be found by instead of the id, such as a phone number or an address; case-sensitive too. */
export const HANDLE_PATTERN = /^[A-Za-z0-9+_.@-]{3,64}$/;

export function isHandle(value: string): boolean {
  return HANDLE_PATTERN.test(value);
}

export function parseAppId(value: string, field = 'app_id'): AppId {
  return checked(value, field) as AppId;
}
export function parseUserId(value: string, field = 'user_id'): UserId {
  return checked(value, field) as UserId;
}
export function parseDeviceId(value: string, field = 'device.id'): DeviceId {
  return checked(value, field) as DeviceId;
}
export function parseGroupId(value: string, field = 'group_id'): GroupId {
  return checked(value, field) as GroupId;
}
export function parseClientMsgId(value: string, field = 'client_msg_id'): ClientMsgId {
  return checked(value, field) as ClientMsgId;
}

function checked(value: string, field: string): string {
  if (!ID_PATTERN.test(value)) throw invalidArgument(field, 'must match [A-Za-z0-9_.-]{1,64}');
  return value;
}
