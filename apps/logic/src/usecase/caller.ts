import { DomainError, type AppId, type DeviceId, type UserId } from '@queqiao/domain';

/** The session a call came in by, when it came in by one: its own entries are not pushed back to it. */
export interface SessionOrigin {
  readonly node: { readonly nodeId: string; readonly bootId: string };
  readonly session: number;
}

/** Who asks. Use cases never learn through which door. */
export type Caller =
  | {
      readonly kind: 'user';
      readonly userId: UserId;
      /** Null: a back end calls in the user's place, from none of the user's devices. */
      readonly deviceId: DeviceId | null;
      readonly session?: SessionOrigin | undefined;
    }
  /** A back end of the app. */
  | { readonly kind: 'business'; readonly credentialId: string }
  /** A connect node, for sessions that are not signed in yet or any more; it has no app of its own. */
  | { readonly kind: 'node'; readonly node: { readonly nodeId: string; readonly bootId: string } };

/**
 * Whether nobody waits for the answer any more; to be asked, not listened to. Any AbortSignal is one, but the hottest calls
 * bring something cheaper.
 */
export interface Cancellation {
  readonly aborted: boolean;
}

/** Called between the steps of what takes several. Errors: DEADLINE_EXCEEDED, which nobody is there to read. */
export function demandWanted({ aborted }: Cancellation): void {
  if (aborted) throw new DomainError('DEADLINE_EXCEEDED', 'nobody waits for the answer any more');
}

export interface CallContext {
  /** Of the token or credential; never taken from a request. */
  readonly appId: AppId;
  readonly caller: Caller;
  /** Of the back end that calls in a user's place: how fast it may be is not taken from the user. */
  readonly credentialId?: string;
  readonly requestId: string;
  /** Of what is asked, if it has a client_request_id: without that, and with the method. */
  readonly requestDigest?: Uint8Array;
  readonly signal: Cancellation;
}

/** A context whose caller is known to be a user. */
export type UserContext = CallContext & { readonly caller: Extract<Caller, { kind: 'user' }> };

/** A context whose caller is a back end. */
export type BusinessContext = CallContext & {
  readonly caller: Extract<Caller, { kind: 'business' }>;
};

/** Of an answer that goes on: its end is told, not only to be asked for. */
export type StreamContext = BusinessContext & { readonly signal: AbortSignal };

/** An operator of the deployment. Which app a call is about says the request. */
export interface OperatorContext {
  /** By the name that the audit log has for the secret. */
  readonly caller: { readonly kind: 'operator'; readonly operator: string };
  readonly requestId: string;
  /** As in CallContext. */
  readonly requestDigest?: Uint8Array;
  readonly signal: Cancellation;
}

/** A call of a connect node on its own behalf. It belongs to no app: what it is about says the request. */
export interface NodeContext {
  readonly caller: Extract<Caller, { kind: 'node' }>;
  readonly requestId: string;
  readonly signal: Cancellation;
}
