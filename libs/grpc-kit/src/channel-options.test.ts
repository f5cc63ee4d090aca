import { expect, it } from 'vitest';
import * as recognized from '@grpc/grpc-js/build/src/channel-options.js';
import { clientOptions, serverOptions } from './channel-options.js';

it('writes only options that grpc-js knows', () => {
  const known = Object.keys(recognized.recognizedOptions);
  const server = serverOptions({ maxConnectionAgeMs: 1, maxConnectionAgeGraceMs: 1 });
  const client = clientOptions({ roundRobin: true });
  expect(known).toEqual(expect.arrayContaining([...Object.keys(server), ...Object.keys(client)]));
});

it('limits message size and session memory on both sides and repeats nothing unless told to', () => {
  for (const options of [serverOptions(), clientOptions()]) {
    expect(options).toMatchObject({
      'grpc.max_receive_message_length': 4 * 1024 * 1024,
      'grpc.max_send_message_length': 4 * 1024 * 1024,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      'grpc.keepalive_permit_without_calls': 1,
      'grpc-node.max_session_memory': 64,
    });
  }
  expect(clientOptions()['grpc.enable_retries']).toBe(0);
  expect(clientOptions({ repeatUnseen: true })['grpc.enable_retries']).toBe(1);
});

it('leaves channelz on at servers, which cannot cut their sessions without it', () => {
  expect(serverOptions()).not.toHaveProperty('grpc.enable_channelz');
});
