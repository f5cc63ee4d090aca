import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { OperatorVerifier } from './operator-verifier.js';

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');
const [first, second] = ['a'.repeat(32), 'b'.repeat(43)];

it('knows an operator by any of the secrets, and names it by the beginning of the hash', () => {
  const verifier = new OperatorVerifier([hashOf(first), hashOf(second)]);
  for (const secret of [first, second]) {
    expect(verifier.verify(`qqop.${secret}`)).toEqual({ operator: hashOf(secret).slice(0, 12) });
  }
});

it('refuses everything else alike', () => {
  const known = new OperatorVerifier([hashOf(first), hashOf('short'), hashOf('')]);
  const none = new OperatorVerifier([]);
  const wrong = [
    '',
    'qqop.',
    first,
    `qqop.${second}`,
    'qqop.short',
    `qqop.${first}\n`,
    `qq1.${first}`,
  ];
  for (const bearer of wrong) {
    expect(() => known.verify(bearer), bearer).toThrow('the operator’s secret is not valid');
  }
  expect(() => none.verify(`qqop.${first}`)).toThrow('the operator’s secret is not valid');
});
