import { describe, expect, it } from 'vitest';
import { Refusal, type SignedIn } from './back-end.js';
import { Problem } from './chat-actions.js';
import { renewing } from './token-renewal.js';

const signedIn = (token: string): SignedIn => ({
  token,
  userId: 'alice',
  socketUrl: 'ws://127.0.0.1/ws',
  expiresMs: 0,
});

function backEnd(refusal?: Problem) {
  const asked: string[] = [];
  return {
    asked,
    async refresh(token: string) {
      asked.push(`refresh ${token}`);
      if (refusal) throw refusal;
      return signedIn(`${token}+`);
    },
    async signIn(name: string) {
      asked.push(`sign in ${name}`);
      return signedIn('new');
    },
  };
}

describe('renewing', () => {
  it('gives the first token, then a newer one each time', async () => {
    const token = renewing(backEnd(), 'alice', 't');
    expect([await token(), await token(), await token()]).toEqual(['t', 't+', 't++']);
  });

  it('signs in by name when the token is no longer accepted', async () => {
    const back = backEnd(new Refusal('UNAUTHENTICATED', 'sign in again'));
    const token = renewing(back, 'alice', 't');
    expect([await token(), await token()]).toEqual(['t', 'new']);
    expect(back.asked).toEqual(['refresh t', 'sign in alice']);
  });

  it('signs in by name first when the tab was reloaded, and tells where', async () => {
    const back = backEnd();
    const sockets: string[] = [];
    const token = renewing(back, 'alice', undefined, ({ socketUrl }) => sockets.push(socketUrl));
    expect([await token(), await token()]).toEqual(['new', 'new+']);
    expect(back.asked).toEqual(['sign in alice', 'refresh new']);
    expect(sockets).toEqual(['ws://127.0.0.1/ws', 'ws://127.0.0.1/ws']);
  });

  it('leaves other failures to be tried again', async () => {
    const back = backEnd(new Problem('unreachable'));
    const token = renewing(back, 'alice', 't');
    await token();
    await expect(token()).rejects.toThrow('unreachable');
    expect(back.asked).toEqual(['refresh t']);
  });
});
