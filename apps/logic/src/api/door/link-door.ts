import { DomainError, parseAppId, parseDeviceId, parseUserId } from '@queqiao/domain';
import { Error as ErrorMessage, toProtoError } from '@queqiao/protocol/common';
import { Codec, type Caller as CallerMessage, type UpCall } from '@queqiao/protocol/link';
import type { Apps } from '../../usecase/app/ports.js';
import { activeApp } from '../../usecase/app/active-app.js';
import type { Cancellation, UserContext } from '../../usecase/caller.js';
import type { AnyService, ApiMethod } from '../api-service.js';
import type { CallObserver } from '../call-observer.js';
import type { BodyCodec, MethodCaller } from '../method-caller.js';
import { needsActiveApp } from './suspended-apps.js';

export interface ConnectNode {
  readonly nodeId: string;
  readonly bootId: string;
}

export interface LinkDoorDeps {
  readonly services: readonly AnyService[];
  readonly caller: MethodCaller;
  readonly observer: CallObserver;
  readonly apps: Apps;
}

type Reachable = ApiMethod<'user'> | ApiMethod<'node'>;

/**
 * The calls that connect nodes pass on: of their sessions to client services, and of their own to link services. What a
 * session may claim about itself was verified when it signed in, by connect.
 */
export class LinkDoor {
  readonly #deps: LinkDoorDeps;
  readonly #methods = new Map<string, Reachable>();

  constructor(deps: LinkDoorDeps) {
    this.#deps = deps;
    for (const service of deps.services) {
      // Back ends and operators come by the public door only.
      if (service.audience === 'business' || service.audience === 'operator') continue;
      for (const method of service.methods) this.#methods.set(method.path, method);
    }
  }

  /** Never rejects. The result is the encoded response, or an encoded queqiao.common.v1.Error. */
  async execute(
    call: UpCall,
    node: ConnectNode,
    signal: Cancellation,
  ): Promise<{ body: Uint8Array } | { error: Uint8Array }> {
    const { requestId } = call;
    const method = this.#methods.get(call.method);
    const observed = { door: 'link', method: method?.path ?? null, requestId } as const;
    const outcome = await this.#deps.observer.observe(observed, (noteApp) => {
      noteApp(call.caller?.appId ?? '');
      return this.#run(method, call, node, signal);
    });
    if ('body' in outcome) return outcome;
    return { error: ErrorMessage.encode(toProtoError(outcome.error, requestId)).finish() };
  }

  async #run(
    method: Reachable | undefined,
    call: UpCall,
    node: ConnectNode,
    signal: Cancellation,
  ): Promise<Uint8Array> {
    const { caller, body, requestId } = call;
    const codec = bodyCodec(call.codec);
    if (method?.audience === 'user' && caller) {
      const context = userContext(caller, { requestId, signal, node });
      if (needsActiveApp(method)) await activeApp(this.#deps.apps, context.appId);
      return this.#deps.caller.call(method, context, body, codec);
    }
    if (method?.audience === 'node' && !caller) {
      const context = { caller: { kind: 'node', node }, requestId, signal } as const;
      return this.#deps.caller.call(method, context, body, codec);
    }
    // A method that the caller may not know of answers like one that does not exist.
    throw new DomainError('UNIMPLEMENTED', 'there is no such method', { field: 'method' });
  }
}

function bodyCodec(codec: Codec): BodyCodec {
  return codec === Codec.JSON ? 'json' : 'proto';
}

function userContext(
  caller: CallerMessage,
  call: { requestId: string; signal: Cancellation; node: ConnectNode },
): UserContext {
  const { requestId, signal, node } = call;
  const { session } = caller;
  return {
    appId: parseAppId(caller.appId),
    caller: {
      kind: 'user',
      userId: parseUserId(caller.userId),
      deviceId: parseDeviceId(caller.deviceId, 'device_id'),
      session: session > 0 ? { node, session } : undefined,
    },
    requestId,
    signal,
  };
}
