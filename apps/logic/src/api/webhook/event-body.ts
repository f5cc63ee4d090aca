import { createFileRegistry, fromBinary, type DescMessage } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { AppId } from '@queqiao/domain';
import { encodeMessage } from '@queqiao/protocol';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import { WebhookEvent } from '@queqiao/protocol/server';
import type { EntryRecord } from '../../usecase/conversation/ports.js';
import { toEntry } from '../conversation/mapper.js';
import { binaryToJson } from '../json-transcoder.js';

export interface WebhookFormat {
  /** What a webhook is sent: WebhookEvent in the proto3 JSON mapping. */
  readonly encode: (event: {
    readonly appId: AppId;
    readonly eventId: string;
    readonly entry: EntryRecord & { readonly kind: string };
    readonly logEpoch: number;
  }) => Uint8Array;
  /** Every `type` that an event may have. */
  readonly types: ReadonlySet<string>;
}

/** Never stored, so that no webhook could ever get one. */
const NO_EVENT = 'command';

export function webhookFormat(): WebhookFormat {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
  const messageOf = (name: string): DescMessage => {
    const found = registry.getMessage(name);
    if (found === undefined) throw new Error(`there is no message ${name}`);
    return found;
  };
  const event = messageOf('queqiao.server.v1.WebhookEvent');
  const content = messageOf('queqiao.client.v1.Content');
  const body = content.oneofs.find(({ name }) => name === 'body');
  return {
    types: new Set(
      body?.fields.map(({ jsonName }) => jsonName).filter((name) => name !== NO_EVENT),
    ),
    encode: ({ appId, eventId, entry, logEpoch }) => {
      const { kind: type, createdMs } = entry;
      const message = { appId, eventId, type, createdMs, entry: toEntry(entry), logEpoch };
      return binaryToJson(event, encodeMessage(WebhookEvent, message));
    },
  };
}
