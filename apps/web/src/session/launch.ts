import { languageOf, type Language } from '../text/strings.js';

/** What the address of the page asks for: `?as=alice&device=2&lang=zh`. */
export interface Launch {
  /** Sign in as this one at once. */
  readonly as: string | undefined;
  /** Several windows of one browser are several devices when they have different slots. */
  readonly deviceSlot: string;
  readonly language: Language;
}

const JOIN_PREFIX = 'join=';
const SLOT_PATTERN = /^[A-Za-z0-9]{1,8}$/;

export function readLaunch(search: string, browserLanguage: string): Launch {
  const given = new URLSearchParams(search);
  const slot = given.get('device') ?? '';
  return {
    as: given.get('as')?.trim() || undefined,
    deviceSlot: SLOT_PATTERN.test(slot) ? slot : '1',
    language: languageOf(given.get('lang') ?? browserLanguage),
  };
}

/** The conversation that the address names after `#`; undefined for none. */
export function openFromHash(hash: string): string | undefined {
  const id = decode(hash.slice(1));
  return id === '' || id.startsWith(JOIN_PREFIX) ? undefined : id;
}

/** The token of a link into a group, `#join=TOKEN`; undefined when the address is none. */
export function joinTokenFromHash(hash: string): string | undefined {
  const text = decode(hash.slice(1));
  return text.startsWith(JOIN_PREFIX) ? text.slice(JOIN_PREFIX.length) : undefined;
}

export function joinHashOf(token: string): string {
  return `#${JOIN_PREFIX}${token}`;
}

export function hashOf(conversationId: string | undefined): string {
  return conversationId === undefined ? '' : `#${conversationId}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
