import { DomainError, invalidArgument, isId } from '@queqiao/domain';

import type { WebhookRules } from './ports.js';

export const WEBHOOK_URL_MAX_BYTES = 2_048;
export const WEBHOOK_TYPES_MAX = 100;

export type UrlRules = Pick<WebhookRules, 'allowHttp' | 'allowsHost'>;

/** As it is kept: in ASCII. Errors: INVALID_ARGUMENT naming `url`. */
export function checkUrl(text: string, { allowHttp, allowsHost }: UrlRules): string {
  if (!URL.canParse(text)) throw invalidArgument('url', 'must be a URL');
  const url = new URL(text);
  const schemes = allowHttp ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol)) throw invalidArgument('url', 'must begin with https://');
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw invalidArgument('url', 'must have no user, password and fragment');
  }
  if (!allowsHost(url)) throw invalidArgument('url', 'must not be an address of a private network');
  if (Math.max(text.length, url.href.length) > WEBHOOK_URL_MAX_BYTES) {
    throw invalidArgument('url', `must have at most ${WEBHOOK_URL_MAX_BYTES} bytes`);
  }
  return url.href;
}

/** Each once. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export function checkTypes(
  types: readonly string[],
  known: ReadonlySet<string>,
  field: string,
): readonly string[] {
  if (types.length > WEBHOOK_TYPES_MAX) {
    throw new DomainError('LIMIT_EXCEEDED', `at most ${WEBHOOK_TYPES_MAX} types`, { field });
  }
  types.forEach((type, index) => {
    if (!known.has(type)) throw invalidArgument(`${field}[${index}]`, 'is no type of event');
  });
  return [...new Set(types)];
}

/** Errors: INVALID_ARGUMENT. */
export function checkId(value: string, field: string): string {
  if (isId(value)) return value;
  throw invalidArgument(field, 'must match [A-Za-z0-9_.-]{1,64}');
}

export function noSuchWebhook(): DomainError {
  return new DomainError('NOT_FOUND', 'there is no such webhook', { field: 'webhook_id' });
}
