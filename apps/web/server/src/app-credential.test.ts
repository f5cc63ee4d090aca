import { expect, it } from 'vitest';
import { appOfCredential } from './app-credential.js';

it('reads the app from the left of a credential', () => {
  expect(appOfCredential('qq1.demo.c1.secret')).toBe('demo');
  expect(appOfCredential('qq1.my.app.c1.secret')).toBe('my.app');
  for (const text of ['', 'qq1.demo.secret', 'qq2.demo.c1.secret', 'qq1.a:b.c1.secret']) {
    expect(appOfCredential(text)).toBeUndefined();
  }
});
