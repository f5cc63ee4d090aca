import { DomainError } from '@queqiao/domain';
import { createGrpcClient, isServiceError, statusToDomainError } from '@queqiao/grpc-kit';
import { MessageServiceDefinition } from '@queqiao/protocol/client';
import { Error as ErrorMessage, errorCodeFromProto } from '@queqiao/protocol/common';
import { Codec } from '@queqiao/protocol/link';
import type { TestApp } from '@queqiao/testkit';
import { binaryToJson, jsonToBinary } from '../src/api/json-transcoder.js';
import { methodSchemas } from '../src/api/method-schemas.js';
import { LinkCaller } from './api-link-caller.js';
import { newId, type ApiRig } from './api-rig.js';

export type MessageMethod = keyof typeof MessageServiceDefinition.methods;
export type Place = { seq: number; ordinal: number; createdMs: number };

/** The message service as one user reaches it; errors are DomainErrors whatever the door. */
export interface MessageDoor {
  /** `request` may leave out fields. */
  call(method: MessageMethod, request: object): Promise<Place>;
  close(): void;
}

interface Type {
  create(partial: object): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
}

function typesOf(method: MessageMethod): { request: Type; response: Type; name: string } {
  const { requestType, responseType, name } = MessageServiceDefinition.methods[method];
  return {
    request: requestType,
    response: responseType,
    name,
  };
}

/** Binary bodies over the public gRPC door. */
export async function grpcDoor(rig: ApiRig, app: TestApp, userId: string): Promise<MessageDoor> {
  const client = createGrpcClient(MessageServiceDefinition, rig.address(), { interceptors: [] });
  const authorization = `Bearer ${await app.token(userId)}`;
  const metadata = { authorization, 'queqiao-device': `${userId}-phone` };
  return {
    async call(method, request) {
      const full = typesOf(method).request.create(request);
      try {
        return (await client[method](full as never, { metadata })) as Place;
      } catch (error) {
        throw isServiceError(error) ? statusToDomainError(error) : error;
      }
    },
    close: () => client.close(),
  };
}

/** JSON bodies over the link, as a device on the JSON subprotocol sends them; a link for each call, as these have no heartbeat. */
export function linkDoor(rig: ApiRig, app: TestApp, userId: string): MessageDoor {
  const [node] = rig.nodes;
  const at = `127.0.0.1:${node?.logic.ports.link}`;
  const caller = { appId: app.appId, userId, deviceId: 'phone', session: 1 };
  const schemas = methodSchemas();
  return {
    async call(method, request) {
      const types = typesOf(method);
      const path = `${MessageServiceDefinition.fullName}/${types.name}`;
      const schema = schemas.get(path);
      if (!schema) throw new Error(`no ${path}`);
      const bytes = types.request.encode(types.request.create(request)).finish();
      const body = binaryToJson(schema.input, bytes);
      const link = new LinkCaller(at, { nodeId: `door-of-${userId}`, bootId: newId() });
      const { result } = await link.call({ method: path, caller, body, codec: Codec.JSON });
      link.close();
      if (result?.$case === 'body') {
        return types.response.decode(jsonToBinary(schema.output, result.value)) as Place;
      }
      const error = ErrorMessage.decode(result?.value ?? new Uint8Array());
      throw new DomainError(errorCodeFromProto(error.code), error.message, {
        field: error.field,
      });
    },
    close: () => {},
  };
}
