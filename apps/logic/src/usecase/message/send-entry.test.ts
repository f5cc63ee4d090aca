import { DomainError, type AppId, type DeviceId, type UserId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import type { AppState } from '../app/ports.js';
import type { BusinessContext, UserContext } from '../caller.js';
import { appRules } from '../../../test/fakes/app-rules.js';
import type { MessageInput } from './message-draft.js';
import type { BeforeSendQuestion, EntryDraft, MessageContent, TransientDraft } from './ports.js';
import { SendEntry } from './send-entry.js';
import { SendMessage, type ServerMessageInput } from './send-message.js';

const settings = appRules();
const encoded = Uint8Array.from([1, 2, 3]);
const nothing = { extra: '', replyToSeq: undefined, mentions: undefined };
const text = (bytes = 5): MessageContent => ({
  body: { ...nothing, kind: 'text', fields: { text: 'x'.repeat(bytes) } },
  encoded,
});
const serverOnly: MessageContent = { body: { ...nothing, kind: 'recall', fields: {} }, encoded };
const command: MessageContent = {
  body: { ...nothing, kind: 'command', fields: { name: 'ring', data: new Uint8Array(2) } },
  encoded,
};
const { signal } = new AbortController();
const base = { appId: 'demo' as AppId, requestId: 'r1', signal };
const origin = { node: { nodeId: 'c1', bootId: 'b1' }, session: 7 };
const alice: UserContext = {
  ...base,
  caller: { kind: 'user', userId: 'alice' as UserId, deviceId: 'd' as DeviceId, session: origin },
};
const backEnd: BusinessContext = { ...base, caller: { kind: 'business', credentialId: 'c' } };

function rig(app: AppState | null = { status: 'active', settings }, refusal?: DomainError) {
  const judged: BeforeSendQuestion[] = [];
  const appended: EntryDraft[] = [];
  const shown: TransientDraft[] = [];
  const deps = {
    apps: { app: () => Promise.resolve(app) },
    log: {
      append: (draft: EntryDraft) => {
        appended.push(draft);
        return Promise.resolve({ seq: 4, ordinal: 3, createdMs: 9 });
      },
    },
    hidden: { explain: (_context: unknown, error: unknown) => Promise.resolve(error) },
    transients: {
      deliver: (draft: TransientDraft) => {
        shown.push(draft);
        return Promise.resolve({ createdMs: 12 });
      },
    },
  };
  const beforeSend = {
    judge: (question: BeforeSendQuestion) => {
      judged.push(question);
      return Promise.resolve(refusal ?? null);
    },
  };
  const message = { conversationId: 'd:alice:bob', clientMsgId: 'm1', content: text() };
  return {
    judged,
    appended,
    shown,
    send: (input: Partial<MessageInput> = {}) =>
      new SendEntry({ ...deps, beforeSend }).run(alice, { ...message, ...input }),
    sendAs: (sender: ServerMessageInput['sender'], input: Partial<MessageInput> = {}) =>
      new SendMessage(deps).run(backEnd, { ...message, ...input, sender }),
  };
}

describe('a before-send hook', () => {
  const refused = new DomainError('PERMISSION_DENIED', 'not here');
  const active = { status: 'active', settings } as const;

  it('is asked what the user wants to say', async () => {
    const { judged, send } = rig();
    await send();
    expect(judged).toEqual([
      {
        appId: 'demo',
        userId: 'alice',
        deviceId: 'd',
        requestId: 'r1',
        conversationId: 'd:alice:bob',
        clientMsgId: 'm1',
        content: encoded,
        editOfSeq: 0,
      },
    ]);
  });

  it('leaves it to the log whether what it refuses is stored already', async () => {
    const { appended, send } = rig(active, refused);
    await send();
    expect(appended).toMatchObject([{ clientMsgId: 'm1', refusal: refused }]);
  });

  it('refuses what is never stored at once', async () => {
    const { shown, send } = rig(active, refused);
    await expect(send({ content: command })).rejects.toBe(refused);
    expect(shown).toEqual([]);
  });

  it('is asked about what is never stored, also when the app may store no more', async () => {
    const usage = { users: 1, groups: 0, entries: 1, countedMs: 1 };
    const { judged, shown, send } = rig({
      ...active,
      settings: { ...settings, maxEntries: 1 },
      usage,
    });
    await send({ content: command });
    await send({ onlineOnly: true });
    expect([judged.length, shown.length]).toEqual([2, 2]);
  });

  it('is not asked about what is refused anyway, nor about what back ends say', async () => {
    const { judged, send, sendAs } = rig();
    await send({ content: text(settings.maxTextBytes + 1) });
    await expect(send({ conversationId: 'd:bob:carol' })).rejects.toThrow('no such conversation');
    await sendAs({ kind: 'user', id: 'alice' });
    expect(judged).toEqual([]);
  });
});

describe('a message of a user', () => {
  it('is appended in the name of the caller, whose session gets no push', async () => {
    const { appended, send } = rig();
    expect(await send()).toEqual({
      conversationId: 'd:alice:bob',
      seq: 4,
      ordinal: 3,
      createdMs: 9,
    });
    expect(appended).toEqual([
      {
        appId: 'demo',
        conversationId: 'd:alice:bob',
        clientMsgId: 'm1',
        sender: { kind: 'user', id: 'alice' },
        kind: 'text',
        content: encoded,
        countable: true,
        directRule: 'open',
        origin,
        signal,
      },
    ]);
  });

  it('goes to own direct chats, notes to self and groups', async () => {
    const { appended, send } = rig();
    for (const conversationId of ['d:alice:zoe', 'd:aaron:alice', 'd:alice:alice', 'g:any']) {
      await send({ conversationId });
    }
    expect(appended).toHaveLength(4);
  });

  it('is refused before the log when it cannot be right', async () => {
    const { appended, send } = rig();
    const bad: [Partial<MessageInput>, string, string][] = [
      [{ conversationId: 'd:bob:alice' }, 'INVALID_ARGUMENT', 'conversation_id'],
      [{ conversationId: 'x' }, 'INVALID_ARGUMENT', 'conversation_id'],
      [{ clientMsgId: '' }, 'INVALID_ARGUMENT', 'client_msg_id'],
      [{ clientMsgId: 'a:b' }, 'INVALID_ARGUMENT', 'client_msg_id'],
      [{ content: null }, 'INVALID_ARGUMENT', 'content'],
      [{ content: serverOnly }, 'INVALID_ARGUMENT', 'content'],
      [{ content: text(0) }, 'INVALID_ARGUMENT', 'content.text.text'],
      [{ conversationId: 'd:bob:carol' }, 'NOT_FOUND', 'conversation_id'],
      [{ conversationId: 's:bob' }, 'NOT_FOUND', 'conversation_id'],
      [{ conversationId: 's:alice' }, 'PERMISSION_DENIED', 'conversation_id'],
    ];
    for (const [input, code, field] of bad) {
      await expect(send(input), JSON.stringify(input)).rejects.toMatchObject({ code, field });
    }
    await expect(send({ content: text(10) })).resolves.toMatchObject({ seq: 4 });
    expect(appended).toHaveLength(1);
  });

  it('leaves to the log what the settings refuse, since it may be a retry of a stored message', async () => {
    const { appended, send } = rig();
    await send({ content: text(11) });
    const suspended = rig({ status: 'suspended', settings });
    await suspended.send();
    await suspended.sendAs({ kind: 'business', id: 'shop' });
    // What can only be refused or be stored already needs no content.
    const content = new Uint8Array();
    expect(appended).toMatchObject([
      {
        clientMsgId: 'm1',
        content,
        refusal: { code: 'LIMIT_EXCEEDED', field: 'content.text.text' },
      },
    ]);
    expect(suspended.appended).toMatchObject([
      { clientMsgId: 'm1', content, refusal: { code: 'APP_SUSPENDED' } },
      { clientMsgId: 'm1', content, refusal: { code: 'APP_SUSPENDED' } },
    ]);
  });

  it('is shown to those who are online, and not stored, when it asks for that or is a command', async () => {
    const { appended, shown, send } = rig();
    const place = { conversationId: 'd:alice:bob', seq: 0, ordinal: 0, createdMs: 12 };
    expect(await send({ content: command })).toEqual(place);
    expect(await send({ onlineOnly: true })).toEqual(place);
    await expect(send({ onlineOnly: true, content: text(11) })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(appended).toEqual([]);
    expect(shown).toHaveLength(2);
    expect(shown[0]).toEqual({
      appId: 'demo',
      conversationId: 'd:alice:bob',
      sender: { kind: 'user', id: 'alice' },
      event: { kind: 'content', content: encoded },
      origin,
      directRule: 'open',
      signal,
    });
  });

  it('may leave the unread count of the others as it is', async () => {
    const { appended, send } = rig();
    await send({ notCounted: true });
    expect(appended).toMatchObject([{ countable: false }]);
  });

  it('is refused at once for an unknown app and when it is malformed, suspended or not', async () => {
    await expect(rig(null).send()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const { appended, send } = rig({ status: 'suspended', settings });
    const malformed = send({ content: text(0) });
    await expect(malformed).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(appended).toEqual([]);
  });
});

describe('a message of a back end', () => {
  it('may come from the business and the system, also into self feeds', async () => {
    const { appended, sendAs } = rig();
    await sendAs({ kind: 'business', id: 'shop' }, { conversationId: 's:alice' });
    await sendAs({ kind: 'system', id: '' }, { conversationId: 'd:bob:carol' });
    expect(appended.map(({ sender, origin: from }) => ({ sender, from }))).toEqual([
      { sender: { kind: 'business', id: 'shop' }, from: undefined },
      { sender: { kind: 'system', id: '' }, from: undefined },
    ]);
  });

  it('has no more rights than the user it is sent for', async () => {
    const { appended, sendAs } = rig();
    const bob = { kind: 'user', id: 'bob' } as const;
    await sendAs(bob);
    expect(appended[0]?.sender).toEqual(bob);
    const foreign = sendAs(bob, { conversationId: 'd:alice:carol' });
    await expect(foreign).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const feed = sendAs(bob, { conversationId: 's:bob' });
    await expect(feed).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it('names its sender properly', async () => {
    const { sendAs } = rig();
    const bad: [ServerMessageInput['sender'], string][] = [
      [null, 'sender.kind'],
      [{ kind: 'user', id: '' }, 'sender.id'],
      [{ kind: 'business', id: 'a:b' }, 'sender.id'],
      [{ kind: 'system', id: 'x' }, 'sender.id'],
    ];
    for (const [sender, field] of bad) {
      await expect(sendAs(sender)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
    }
  });
});
