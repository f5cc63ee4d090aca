import { DomainError } from '@queqiao/domain';
import { Error as ProtoError, fromProtoError, toProtoError } from '@queqiao/protocol/common';
import {
  AckDeliveredRequest,
  OpenSessionRequest,
  OpenSessionResponse,
  RefreshSessionRequest,
  RefreshSessionResponse,
  CloseSessionRequest,
  ConfirmCrossingRequest,
  KickSessionRequest,
  KickSessionResponse,
  LargeLeaversRequest,
  LargeLeaversResponse,
  LargeMembershipsRequest,
  LargeMembershipsResponse,
  PresenceChangedRequest,
  RevocationsSinceRequest,
  RevocationsSinceResponse,
} from '@queqiao/protocol/link';
import type { LogicCallInput, LogicCalls, LogicReply } from '../link/index.js';

/** A question about sign-outs that takes longer is worth less than a new one. */
const FEED_TIMEOUT_MS = 1_500;
const SERVICE = 'queqiao.link.v1.SessionService';

/** An answer, or the error in both forms: as shown to devices, and as the table of errors knows it. */
export type Answer<T> =
  { readonly value: T } | { readonly error: ProtoError; readonly cause: DomainError };

/** Names every request of this boot in the logs of all nodes. */
export class RequestIds {
  #count = 0;
  constructor(private readonly bootId: string) {}

  next(): string {
    return `${this.bootId}-${(++this.#count).toString(36)}`;
  }
}

/**
 * The calls that connect makes on its own behalf. Each may be carried out twice: when the link that it left on was lost it is
 * made once more, on another one. Never rejects: every failure is an answer.
 */
export class LogicCaller {
  constructor(
    private readonly deps: { readonly logic: LogicCalls; readonly requestIds: RequestIds },
    private readonly options: { readonly timeoutMs: number },
  ) {}

  open(key: string, request: OpenSessionRequest): Promise<Answer<OpenSessionResponse>> {
    const body = OpenSessionRequest.encode(request).finish();
    return this.#call('OpenSession', key, body, (bytes) => OpenSessionResponse.decode(bytes));
  }

  refresh(key: string, request: RefreshSessionRequest): Promise<Answer<RefreshSessionResponse>> {
    const body = RefreshSessionRequest.encode(request).finish();
    return this.#call('RefreshSession', key, body, (bytes) => RefreshSessionResponse.decode(bytes));
  }

  close(key: string, request: CloseSessionRequest): Promise<Answer<null>> {
    const body = CloseSessionRequest.encode(request).finish();
    return this.#call('CloseSession', key, body, () => null);
  }

  kick(key: string, request: KickSessionRequest): Promise<Answer<KickSessionResponse>> {
    const body = KickSessionRequest.encode(request).finish();
    return this.#call('KickSession', key, body, (bytes) => KickSessionResponse.decode(bytes));
  }

  /** Any logic node may answer; every question goes to another one. */
  revocationsSince(request: RevocationsSinceRequest): Promise<Answer<RevocationsSinceResponse>> {
    const body = RevocationsSinceRequest.encode(request).finish();
    const decode = (bytes: Uint8Array) => RevocationsSinceResponse.decode(bytes);
    return this.#call('RevocationsSince', '', body, decode, FEED_TIMEOUT_MS);
  }

  ackDelivered(key: string, request: AckDeliveredRequest): Promise<Answer<null>> {
    const body = AckDeliveredRequest.encode(request).finish();
    return this.#call('AckDelivered', key, body, () => null);
  }

  /** Every question goes to another logic node. */
  largeMemberships(request: LargeMembershipsRequest): Promise<Answer<LargeMembershipsResponse>> {
    const body = LargeMembershipsRequest.encode(request).finish();
    const decode = (bytes: Uint8Array) => LargeMembershipsResponse.decode(bytes);
    return this.#call('LargeMemberships', '', body, decode);
  }

  largeLeavers(request: LargeLeaversRequest): Promise<Answer<LargeLeaversResponse>> {
    const body = LargeLeaversRequest.encode(request).finish();
    const decode = (bytes: Uint8Array) => LargeLeaversResponse.decode(bytes);
    return this.#call('LargeLeavers', request.conversationId, body, decode);
  }

  confirmCrossing(request: ConfirmCrossingRequest): Promise<Answer<null>> {
    const body = ConfirmCrossingRequest.encode(request).finish();
    return this.#call('ConfirmCrossing', request.conversationId, body, () => null);
  }

  presenceChanged(key: string, request: PresenceChangedRequest): Promise<Answer<null>> {
    const body = PresenceChangedRequest.encode(request).finish();
    return this.#call('PresenceChanged', key, body, () => null);
  }

  async #call<T>(
    method: string,
    key: string,
    body: Uint8Array,
    decode: (bytes: Uint8Array) => T,
    timeoutMs = this.options.timeoutMs,
  ): Promise<Answer<T>> {
    const requestId = this.deps.requestIds.next();
    try {
      const input = { key, method: `${SERVICE}/${method}`, body, timeoutMs, requestId };
      const reply = await this.#twice({ ...input, codec: 'proto' });
      if ('body' in reply) return { value: decode(reply.body) };
      const error = ProtoError.decode(reply.error);
      const cause = fromProtoError(error);
      return cause.code === 'UNIMPLEMENTED' ? unavailable(requestId) : { error, cause };
    } catch (thrown) {
      const error = toProtoError(thrown, requestId);
      return { error, cause: fromProtoError(error) };
    }
  }

  /** A link that was lost takes no further call, so the second one goes elsewhere, or is refused at once. */
  #twice(input: LogicCallInput): Promise<LogicReply> {
    const { logic } = this.deps;
    return logic.call(input).catch((error: unknown) => {
      const lost = error instanceof DomainError && error.code === 'UNAVAILABLE';
      if (!lost) throw error;
      return logic.call(input);
    });
  }
}

/**
 * A logic node that does not know a call of ours is older than this node: a matter of a rolling upgrade, not of the device,
 * which may come back and be served by another one.
 */
function unavailable(requestId: string): { error: ProtoError; cause: DomainError } {
  const cause = new DomainError('UNAVAILABLE', 'the logic node does not know this call');
  return { error: toProtoError(cause, requestId), cause };
}
