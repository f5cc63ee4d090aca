import { RateLedger, type TokenSpend } from '@queqiao/directory';
import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import { AddressGate, REFUSED_SIGN_IN_TOKENS } from './address-gate.js';

function gateOf(signInsPerSecond: number): AddressGate {
  const buckets = {
    spend: (spends: readonly TokenSpend[]) => Promise.resolve(spends.map(() => 0)),
  };
  const rates = new RateLedger({ buckets, clock: new FakeClock(), metrics: new Registry() });
  return new AddressGate(rates, { signInsPerSecond });
}

const signIns = (gate: AddressGate, address: string, count: number) =>
  Array.from({ length: count }, () => gate.signIn(address)).filter((waitMs) => waitMs === 0).length;

it("an address signs in ten seconds' worth at once, and others are not concerned", () => {
  const gate = gateOf(2);
  expect(signIns(gate, '192.0.2.1', 50)).toBe(20);
  expect(gate.signIn('192.0.2.1')).toBeGreaterThan(0);
  expect(signIns(gate, '192.0.2.2', 50)).toBe(20);
});

it('connecting is counted apart, and wider', () => {
  const gate = gateOf(1);
  expect(signIns(gate, '192.0.2.1', 50)).toBe(10);
  const taken = Array.from({ length: 100 }, () => gate.connect('192.0.2.1'));
  expect(taken.filter(Boolean)).toHaveLength(40);
});

it('a sign-in that is refused costs what ten others do', () => {
  const gate = gateOf(2);
  expect(gate.signIn('192.0.2.1')).toBe(0);
  gate.signInRefused('192.0.2.1');
  expect(signIns(gate, '192.0.2.1', 50)).toBe(19 - REFUSED_SIGN_IN_TOKENS);
});

it('limits nothing when it is off', () => {
  const gate = gateOf(0);
  gate.signInRefused('192.0.2.1');
  expect(signIns(gate, '192.0.2.1', 1_000)).toBe(1_000);
  expect(gate.connect('192.0.2.1')).toBe(true);
});

it.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:0db8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['::1', '::2', true],
  ['0000:0000:0000:0000:0000:ffff:c000:0201', '::ffff:c000:0201', true],
  ['::ffff:c000:0201', '::ffff:c000:0202', false],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
])('%s and %s are one: %s', (one, other, same) => {
  const gate = gateOf(1);
  signIns(gate, one, 10);
  expect(gate.signIn(other) > 0).toBe(same);
});
