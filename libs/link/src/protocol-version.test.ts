import { describe, expect, it } from 'vitest';
import { chosenVersion, negotiateVersion, OWN_VERSIONS } from './protocol-version.js';

const range = (protocolMin: number, protocolMax: number) => ({ protocolMin, protocolMax });

describe('negotiateVersion', () => {
  it('picks the highest version that both sides speak', () => {
    expect(negotiateVersion(range(1, 3), range(2, 5))).toBe(3);
    expect(negotiateVersion(range(2, 5), range(1, 3))).toBe(3);
    expect(negotiateVersion(OWN_VERSIONS, OWN_VERSIONS)).toBe(OWN_VERSIONS.protocolMax);
  });

  it('finds none when the ranges do not overlap', () => {
    expect(negotiateVersion(range(1, 1), range(2, 3))).toBeNull();
    expect(negotiateVersion(range(4, 5), range(2, 3))).toBeNull();
  });

  it('finds none for what is not a range', () => {
    expect(negotiateVersion(range(1, 3), range(3, 1))).toBeNull();
    expect(negotiateVersion(range(1, 3), range(0, 0))).toBeNull();
  });
});

describe('chosenVersion', () => {
  it('is the one that the welcome names, when this side speaks it', () => {
    expect(chosenVersion(range(1, 3), range(2, 2))).toBe(2);
    expect(chosenVersion(range(1, 3), range(4, 4))).toBeNull();
    expect(chosenVersion(range(1, 3), range(0, 0))).toBeNull();
  });

  it('is none when the welcome leaves the choice open', () => {
    expect(chosenVersion(range(1, 3), range(1, 3))).toBeNull();
  });
});
