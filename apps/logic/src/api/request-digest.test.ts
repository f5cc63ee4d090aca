import { BanUserRequest, UserServiceDefinition } from '@queqiao/protocol/server';
import { expect, it } from 'vitest';
import { requestDigest } from './request-digest.js';

const { requestType } = UserServiceDefinition.methods.banUser;
const method = {
  path: 'queqiao.server.v1.UserService/BanUser',
  encodeRequest: (request: unknown) => requestType.encode(request as BanUserRequest).finish(),
};
const ban = BanUserRequest.create({ clientRequestId: 'a', userId: 'ben', reason: 'spam' });
const hex = (request: object, path = method.path) =>
  Buffer.from(requestDigest({ ...method, path }, request) ?? []).toString('hex');

it('is that of the method and of every field but the id', () => {
  const first = hex(ban);
  expect(first).toHaveLength(64);
  expect(hex({ ...ban, clientRequestId: 'b' })).toBe(first);
  const others = [{ userId: 'ann' }, { reason: '' }, { untilMs: 1 }].map((more) =>
    hex({ ...ban, ...more }),
  );
  const all = [first, ...others, hex(ban, 'queqiao.server.v1.UserService/UnbanUser')];
  expect(new Set(all).size).toBe(all.length);
});

it('is the same on every node and after every update', () => {
  expect(hex(ban)).toBe('dbb00791334794e5c6ce82bfd165e6ff70bffcba3dd19a8112cb8c2d3b6f9ea8');
});

it('is none of a request without an id', () => {
  expect(requestDigest(method, {})).toBeUndefined();
  expect(requestDigest(method, { ...ban, clientRequestId: undefined })).toBeUndefined();
});
