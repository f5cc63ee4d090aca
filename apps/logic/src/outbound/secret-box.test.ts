import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSecretKey, SecretBox } from './secret-box.js';

const newKey = () => randomBytes(32).toString('base64');
const secret = Buffer.from('as many bytes as a secret may have');

describe('a secret box', () => {
  it('opens what it sealed, for the same purpose only, and never shows it', () => {
    const box = new SecretBox([newKey()]);
    const sealed = box.seal(secret, 'demo w1');
    expect(box.open(sealed, 'demo w1')).toEqual(secret);
    expect(box.open(sealed, 'demo w2')).toBeNull();
    expect(sealed.includes(secret.subarray(0, 8))).toBe(false);
    expect(box.seal(secret, 'demo w1')).not.toEqual(sealed);
  });

  it('opens nothing that was changed or cut, at any byte', () => {
    const box = new SecretBox([newKey()]);
    const sealed = box.seal(secret, 'p');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(box.open(changed, 'p'), `byte ${at}`).toBeNull();
      expect(box.open(sealed.subarray(0, at), 'p'), `cut at ${at}`).toBeNull();
    }
  });

  it('seals with the first key and opens with every one', () => {
    const [old, fresh] = [newKey(), newKey()];
    const before = new SecretBox([old]).seal(secret, 'p');
    const both = new SecretBox([fresh, old]);
    expect(both.open(before, 'p')).toEqual(secret);
    expect(new SecretBox([fresh]).open(both.seal(secret, 'p'), 'p')).toEqual(secret);
    expect(new SecretBox([fresh]).open(before, 'p')).toBeNull();
  });

  it('takes 32 bytes in base64 for a key, and nothing else', () => {
    expect(isSecretKey(newKey())).toBe(true);
    for (const bad of ['', 'x', randomBytes(31).toString('base64'), `${newKey()} `]) {
      expect(isSecretKey(bad)).toBe(false);
      expect(() => new SecretBox([bad])).toThrow(RangeError);
    }
    expect(() => new SecretBox([])).toThrow(RangeError);
  });
});
