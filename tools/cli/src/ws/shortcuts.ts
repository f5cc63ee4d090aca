import { randomUUID } from 'node:crypto';

/** An item of the JSON subprotocol. */
export type JsonItem = Readonly<Record<string, unknown>>;

/** What a typed line means. */
export type Line =
  | { readonly send: JsonItem | readonly JsonItem[] }
  | { readonly say: string }
  | { readonly quit: true };

export const HELP = `Shortcuts:
  /send <conversation> <text>     a message; conversations are d:<a>:<b> with a <= b, or g:<group>
  /list                           the caller's conversations
  /pull <conversation> [from]     entries, from the first or from this seq
  /read <conversation> <seq>      move the read cursor
  /help, /quit
Anything else is sent as it is: one item as JSON, or an array of items, such as {"ping":{}}.`;

/** Turns lines into items. Call ids count up from 1; a server takes 64 of them at a time. */
export class Shortcuts {
  #lastCallId = 0;

  /** Undefined for an empty line. */
  read(line: string): Line | undefined {
    const text = line.trim();
    if (text === '') return undefined;
    return text.startsWith('/') ? this.#shortcut(text) : rawItem(text);
  }

  #shortcut(text: string): Line {
    const [name = '', conversationId = '', ...rest] = text.split(/\s+/);
    switch (name) {
      case '/send':
        return this.#message(conversationId, text);
      case '/list':
        return this.#call('ConversationService/SyncConversations', '', { limit: 100 });
      case '/pull':
        return this.#pull(conversationId, rest[0] ?? '1');
      case '/read':
        return this.#read(conversationId, rest[0] ?? '');
      case '/quit':
        return { quit: true };
      default:
        return { say: HELP };
    }
  }

  #message(conversationId: string, line: string): Line {
    const text = /^\S+\s+\S+\s(.+)$/su.exec(line)?.[1]?.trim();
    if (text === undefined || text === '') return { say: 'Usage: /send <conversation> <text>' };
    return this.#call('MessageService/Send', conversationId, {
      conversationId,
      clientMsgId: randomUUID(),
      content: { text: { text } },
    });
  }

  #pull(conversationId: string, fromSeq: string): Line {
    if (conversationId === '' || !isSeq(fromSeq)) {
      return { say: 'Usage: /pull <conversation> [from]' };
    }
    const body = { conversationId, fromSeq, limit: 100 };
    return this.#call('ConversationService/PullEntries', conversationId, body);
  }

  #read(conversationId: string, seq: string): Line {
    if (conversationId === '' || !isSeq(seq)) return { say: 'Usage: /read <conversation> <seq>' };
    return this.#call('ConversationService/MarkRead', conversationId, { conversationId, seq });
  }

  #call(method: string, affinity: string, body: JsonItem): Line {
    this.#lastCallId += 1;
    const call = { id: this.#lastCallId, method: `queqiao.client.v1.${method}`, affinity, body };
    return { send: { call } };
  }
}

function isSeq(text: string): boolean {
  return /^[1-9][0-9]{0,15}$/.test(text);
}

function rawItem(text: string): Line {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return { send: parsed as JsonItem };
  } catch {
    // Said below.
  }
  return { say: 'Neither JSON nor a shortcut. /help shows what can be typed.' };
}
