import { invalidArgument } from '@queqiao/domain';

export const OUTBOUND_URL_MAX_BYTES = 2_048;

export interface UrlRules {
  readonly allowHttp: boolean;
  /** Whether its host may be connected to, as far as that can be seen from how it is written. */
  readonly allowsHost: (url: URL) => boolean;
}

/** Where a back end wants to be told or asked, as it is kept: in ASCII. Errors: INVALID_ARGUMENT naming `url`. */
export function checkUrl(text: string, { allowHttp, allowsHost }: UrlRules): string {
  if (!URL.canParse(text)) throw invalidArgument('url', 'must be a URL');
  const url = new URL(text);
  const schemes = allowHttp ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol)) throw invalidArgument('url', 'must begin with https://');
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw invalidArgument('url', 'must have no user, password and fragment');
  }
  if (!allowsHost(url)) throw invalidArgument('url', 'must not be an address of a private network');
  if (Math.max(text.length, url.href.length) > OUTBOUND_URL_MAX_BYTES) {
    throw invalidArgument('url', `must have at most ${OUTBOUND_URL_MAX_BYTES} bytes`);
  }
  return url.href;
}
