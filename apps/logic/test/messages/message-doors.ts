import { MessageServiceDefinition } from '@queqiao/protocol/client';
import { binaryToJson, jsonToBinary } from '../../src/api/json-transcoder.js';
import { schemaOf, type AnyDoor } from '../rig/any-door.js';

export type MessageMethod = keyof typeof MessageServiceDefinition.methods;
export type Place = { seq: number; ordinal: number; createdMs: number };

/** The message service behind a door; errors are DomainErrors whatever the door. */
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

export function messageDoor(door: AnyDoor): MessageDoor {
  const json = door.codec === 'json';
  return {
    async call(method, request) {
      const { name, ...types } = MessageServiceDefinition.methods[method];
      const [requestType, responseType]: Type[] = [types.requestType, types.responseType];
      if (!requestType || !responseType) throw new Error(`${name} has no types`);
      const path = `${MessageServiceDefinition.fullName}/${name}`;
      const { input, output } = schemaOf(path);
      const bytes = requestType.encode(requestType.create(request)).finish();
      const answer = await door.raw(path, json ? binaryToJson(input, bytes) : bytes);
      return responseType.decode(json ? jsonToBinary(output, answer) : answer) as Place;
    },
    close: () => door.close(),
  };
}
