import { expect, it } from 'vitest';
import { clientAddress } from './client-address.js';

const of = (forwarded: string, hops = 1) =>
  clientAddress('192.0.2.9', forwarded, { header: 'x-forwarded-for', hops });

it('is what the trusted proxy has added last', () => {
  expect(of('192.0.2.1')).toBe('192.0.2.1');
  expect(of('10.0.0.1, 192.0.2.1')).toBe('192.0.2.1');
  expect(of('2001:db8::1')).toBe('2001:db8::1');
});

it('behind two proxies it is what the first of them added', () => {
  expect(of('10.0.0.1, 192.0.2.1, 192.0.2.7', 2)).toBe('192.0.2.1');
});

it('is the peer when there is no address at that place', () => {
  expect([of(''), of('unknown'), of('192.0.2.1', 2), of('192.0.2.1:4711')]).toEqual(
    Array.from({ length: 4 }, () => '192.0.2.9'),
  );
});
