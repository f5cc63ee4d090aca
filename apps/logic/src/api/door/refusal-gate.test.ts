import { RateLedger, type TokenSpend } from '@queqiao/directory';
import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import { RefusalGate, type RefusalGateOptions } from './refusal-gate.js';

const HEADER = { header: 'x-forwarded-for', hops: 1 };
const PEER = { header: undefined, hops: 1 };

function gateOf(refusalsPerSecond: number, addresses: RefusalGateOptions['addresses'] = PEER) {
  const buckets = {
    spend: (spends: readonly TokenSpend[]) => Promise.resolve(spends.map(() => 0)),
  };
  const rates = new RateLedger({ buckets, clock: new FakeClock(), metrics: new Registry() });
  return new RefusalGate(rates, { refusalsPerSecond, addresses });
}

/** How many of so many refusals an address has tokens for. */
function taken(gate: RefusalGate, peer: string, forwarded?: string, count = 50): number {
  const metadata = { get: () => (forwarded === undefined ? [] : [forwarded]) };
  for (let n = 0; n < count; n += 1) {
    try {
      gate.take({ peer, metadata });
    } catch (error) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED', field: 'addressRefusalsPerSecond' });
      return n;
    }
  }
  return count;
}

it("an address is refused ten seconds' worth at once, whatever its ports, and others are not concerned", () => {
  const gate = gateOf(1);
  expect([taken(gate, '192.0.2.1:4711', undefined, 5), taken(gate, '192.0.2.1:4712')]).toEqual([
    5, 5,
  ]);
  expect(taken(gate, '192.0.2.2:4711')).toBe(10);
});

it('of IPv6 a network of 64 bits is one', () => {
  const gate = gateOf(1);
  expect(taken(gate, '2001:db8:1:2::1:4711')).toBe(10);
  expect([taken(gate, '2001:db8:1:2::9:4711'), taken(gate, '2001:db8:1:3::1:4711')]).toEqual([
    0, 10,
  ]);
  expect([taken(gate, '::ffff:192.0.2.1:4711'), taken(gate, '192.0.2.1:9')]).toEqual([10, 0]);
});

it('a load balancer that says whom it speaks for is not the address, and without a header it is', () => {
  const gate = gateOf(1, HEADER);
  const balancer = '10.0.0.1:4711';
  expect(taken(gate, balancer, '198.51.100.1')).toBe(10);
  expect(taken(gate, balancer, 'made-up, 198.51.100.2')).toBe(10);
  expect(taken(gate, balancer)).toBe(10);
  expect(taken(gateOf(1), balancer, '198.51.100.1')).toBe(10);
});

it('limits nothing when it is off', () => {
  expect(taken(gateOf(0), '192.0.2.1:4711', undefined, 1_000)).toBe(1_000);
});
