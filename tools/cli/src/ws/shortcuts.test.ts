import { describe, expect, it } from 'vitest';
import { decodeJsonItems } from '@queqiao/protocol/json';
import { Shortcuts, type JsonItem } from './shortcuts.js';
import { parseWsArguments } from './ws-arguments.js';

function callOf(line: string): JsonItem {
  const read = new Shortcuts().read(line);
  if (read === undefined || !('send' in read)) throw new Error('sends nothing');
  // What the server makes of it: unknown and mistyped fields are refused here.
  decodeJsonItems(JSON.stringify(read.send));
  return (read.send as JsonItem).call as JsonItem;
}

describe('shortcuts', () => {
  it('/send keeps the text as it was typed', () => {
    expect(callOf('/send d:alice:bob  two  spaces /and 鹊桥 ')).toMatchObject({
      id: 1,
      method: 'queqiao.client.v1.MessageService/Send',
      affinity: 'd:alice:bob',
      body: { conversationId: 'd:alice:bob', content: { text: { text: 'two  spaces /and 鹊桥' } } },
    });
  });

  it('/list, /pull and /read name their methods', () => {
    expect(callOf('/list').method).toBe('queqiao.client.v1.ConversationService/SyncConversations');
    expect(callOf('/pull g:lobby 7').body).toMatchObject({
      conversationId: 'g:lobby',
      fromSeq: '7',
    });
    expect(callOf('/pull g:lobby').body).toMatchObject({ fromSeq: '1' });
    expect(callOf('/read g:lobby 9').body).toEqual({ conversationId: 'g:lobby', seq: '9' });
  });

  it('counts calls up', () => {
    const shortcuts = new Shortcuts();
    const ids = ['/list', '/list'].map((line) => shortcuts.read(line));
    expect(ids).toMatchObject([{ send: { call: { id: 1 } } }, { send: { call: { id: 2 } } }]);
  });

  it.each([
    '/send',
    '/send g:lobby',
    '/pull',
    '/pull g:a x',
    '/read g:a',
    '/read g:a 0',
    '/what',
    'hello',
    '7',
  ])('explains itself on %j instead of sending it', (line) => {
    expect(new Shortcuts().read(line)).toHaveProperty('say');
  });

  it('sends JSON as it is and ignores empty lines', () => {
    const shortcuts = new Shortcuts();
    expect(shortcuts.read('{"ping":{}}')).toEqual({ send: { ping: {} } });
    expect(shortcuts.read('[{"ping":{}},{"ping":{}}]')).toEqual({
      send: [{ ping: {} }, { ping: {} }],
    });
    expect(shortcuts.read('   ')).toBeUndefined();
    expect(shortcuts.read('/quit')).toEqual({ quit: true });
  });
});

describe('arguments', () => {
  it('want exactly one credential', () => {
    expect(parseWsArguments(['--as', 'alice'])).toMatchObject({
      url: 'ws://127.0.0.1:9091/ws',
      device: 'tools-ws',
      credential: { as: 'alice', web: 'http://127.0.0.1:9090' },
    });
    expect(parseWsArguments(['--token', 't']).credential).toEqual({ token: 't' });
    expect(() => parseWsArguments([])).toThrow('--as or --token');
    expect(() => parseWsArguments(['--as', 'a', '--token', 't'])).toThrow('not both');
    expect(() => parseWsArguments(['--what'])).toThrow('--what');
  });
});
