import type { IncomingMessage, ServerResponse } from 'node:http';

const NAME = 'queqiao-media';
/** As long as a token can be renewed. */
const KEPT_S = 7 * 24 * 3_600;

/** Lets the browser of somebody who has signed in load uploaded files: it sends nothing but cookies for a picture. */
export function keepSession(response: ServerResponse, token: string): void {
  const value = `${NAME}=${token}; Path=/media/; Max-Age=${KEPT_S}; HttpOnly; SameSite=Strict`;
  response.setHeader('set-cookie', value);
}

/** Empty: there is none. */
export function sessionToken(request: IncomingMessage): string {
  const cookies = (request.headers.cookie ?? '').split(';').map((each) => each.trim());
  const found = cookies.find((cookie) => cookie.startsWith(`${NAME}=`));
  return found?.slice(NAME.length + 1) ?? '';
}
