import { fromBinary, fromJson, toBinary, toJson, type JsonObject } from '@bufbuild/protobuf';
import type { JsonValue } from '@bufbuild/protobuf';
import { createGrpcClient, isServiceError, statusToDomainError } from '@queqiao/grpc-kit';
import type { MessageCodec } from '@queqiao/grpc-kit';
import { Error as ErrorMessage, fromProtoError } from '@queqiao/protocol/common';
import { Codec } from '@queqiao/protocol/link';
import type { TestApp } from '@queqiao/testkit';
import type { BodyCodec } from '../../src/api/method-caller.js';
import { methodSchemas, type MethodSchema } from '../../src/api/method-schemas.js';
import { LinkCaller } from './api-link-caller.js';
import { newId, type ApiRig } from './api-rig.js';

export type { JsonObject, JsonValue };

const schemas = methodSchemas();

/** Every unary method that one caller may call, by `package.Service/Method`; errors are DomainErrors whatever the door. */
export interface AnyDoor {
  readonly name: string;
  readonly codec: BodyCodec;
  /** A body as it stands. */
  raw(path: string, body: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

export function schemaOf(path: string): MethodSchema {
  const schema = schemas.get(path);
  if (!schema) throw new Error(`${path} is not in the contract`);
  return schema;
}

/** A call in JSON through any door; fields may have their proto names. */
export async function callWith(
  door: AnyDoor,
  path: string,
  request: JsonObject,
): Promise<JsonValue> {
  const { input, output } = schemaOf(path);
  if (door.codec === 'json') {
    const answer = await door.raw(path, new TextEncoder().encode(JSON.stringify(request)));
    return JSON.parse(new TextDecoder().decode(answer)) as JsonValue;
  }
  const answer = await door.raw(path, toBinary(input, fromJson(input, request)));
  return toJson(output, fromBinary(output, answer), { alwaysEmitImplicit: true });
}

const rawCodec: MessageCodec<Uint8Array> = {
  encode: (message) => ({ finish: () => message }),
  decode: (input) => input,
};

/** Binary bodies over the public gRPC port. */
export function grpcDoor(rig: ApiRig, metadata: Record<string, string>): AnyDoor {
  const clients = new Map<string, ReturnType<typeof rawClient>>();
  return {
    name: 'grpc',
    codec: 'proto',
    async raw(path, body) {
      const client = clients.get(path) ?? rawClient(rig.address(), path);
      clients.set(path, client);
      try {
        return await client.call(body, { metadata });
      } catch (error) {
        throw isServiceError(error) ? statusToDomainError(error) : error;
      }
    },
    close: () => clients.forEach((client) => client.close()),
  };
}

export function rawClient(address: string, path: string) {
  const [fullName = '', name = ''] = path.split('/');
  const shape = { requestType: rawCodec, responseType: rawCodec, options: {} };
  const flags = { requestStream: false, responseStream: false } as const;
  return createGrpcClient(
    { name: fullName, fullName, methods: { call: { name, ...shape, ...flags } } },
    address,
  );
}

/** Bodies of one codec over the link: of a session of the user's, or of the connect node itself. */
export function linkDoor(
  rig: ApiRig,
  codec: BodyCodec,
  caller?: { readonly appId: string; readonly userId: string; readonly deviceId: string },
): AnyDoor {
  const at = `127.0.0.1:${rig.nodes[0]?.logic.ports.link}`;
  let link: LinkCaller | undefined;
  const opened = (): LinkCaller =>
    (link ??= new LinkCaller(at, { nodeId: `door-${newId()}`, bootId: newId() }));
  return {
    name: `link ${codec}`,
    codec,
    async raw(method, body) {
      const wire = { body, codec: codec === 'json' ? Codec.JSON : Codec.PROTO };
      const session = caller && { ...caller, session: 1 };
      const { result } = await opened().call({ method, caller: session, ...wire });
      if (result?.$case === 'body') return result.value;
      throw fromProtoError(ErrorMessage.decode(result?.value ?? new Uint8Array()));
    },
    close: () => link?.close(),
  };
}

export type Audience = 'user' | 'business' | 'node' | 'operator';

export function audienceOf(path: string): Audience {
  if (path.startsWith('queqiao.client.')) return 'user';
  if (path.startsWith('queqiao.admin.')) return 'operator';
  return path.startsWith('queqiao.server.') ? 'business' : 'node';
}

/** Every door that leads to the methods of an audience, for one user and the back end of one app. */
export async function doorsOf(
  rig: ApiRig,
  app: TestApp,
  userId: string,
): Promise<Record<Audience, readonly AnyDoor[]>> {
  const session = { appId: app.appId, userId, deviceId: 'phone' };
  const authorization = `Bearer ${await app.token(userId)}`;
  return {
    user: [
      grpcDoor(rig, { authorization, 'queqiao-device': 'phone' }),
      linkDoor(rig, 'proto', session),
      linkDoor(rig, 'json', session),
    ],
    business: [grpcDoor(rig, { authorization: `Bearer ${app.credential}` })],
    node: [linkDoor(rig, 'proto')],
    operator: [grpcDoor(rig, { authorization: `Bearer ${rig.operator.bearer}` })],
  };
}

/** Methods of services that are streams; everything else can be called. */
const STREAMS: ReadonlySet<string> = new Set([
  'queqiao.link.v1.LinkService/Attach',
  'queqiao.server.v1.EventService/Subscribe',
]);

/** All unary methods of the contract. */
export function methodPaths(...audiences: Audience[]): string[] {
  const wanted = new Set(audiences);
  return [...schemas.keys()]
    .filter((path) => !STREAMS.has(path))
    .filter((path) => wanted.size === 0 || wanted.has(audienceOf(path)))
    .sort();
}
