import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KnownPeople } from '../people/known-people.js';
import { personName } from '../people/person-name.js';
import type { SignIn } from '../people/sign-in.js';
import type { IssuedToken } from '../people/token-issuer.js';
import { sendJson } from './answers.js';
import { keepSession } from './session-cookie.js';
import type { RateLimit } from './rate-limit.js';
import { readJson, textField, textListField } from './read-json.js';

const MAX_NAMES = 500;

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface ApiDeps {
  readonly signIn: SignIn;
  readonly people: KnownPeople;
  readonly limit: RateLimit;
  readonly upload: Handler;
}

/**
 * The page's API, by method and path:
 * - `POST /api/sign-in {name}` and `POST /api/refresh {token}` → `{token, userId, socketUrl, expiresMs}`; the socket URLs are given
 *   out in turn, so that windows are spread over the connect nodes
 * - `POST /api/resolve {names}` → `{users: [{name, userId}]}`: the ids that typed names stand for, whether or not they exist
 * - `GET /api/users` → `{users: [{userId, name}]}`: people to propose
 * - `POST /api/media` → `{path}`, see `mediaUpload`
 */
export function apiRoutes(
  deps: ApiDeps,
  socketUrls: readonly string[],
): ReadonlyMap<string, Handler> {
  let given = 0;
  const sendToken = (response: ServerResponse, issued: IssuedToken): void => {
    keepSession(response, issued.token);
    sendJson(response, 200, { ...issued, socketUrl: socketUrls[given++ % socketUrls.length] });
  };
  return new Map<string, Handler>([
    [
      'POST /api/sign-in',
      async (request, response) => {
        deps.limit.take(addressOf(request));
        const name = textField(await readJson(request), 'name');
        sendToken(response, await deps.signIn.byName(name));
      },
    ],
    [
      'POST /api/refresh',
      async (request, response) => {
        deps.limit.take(addressOf(request));
        const token = textField(await readJson(request), 'token');
        sendToken(response, await deps.signIn.byToken(token));
      },
    ],
    ...peopleRoutes(deps.people),
    ['POST /api/media', deps.upload],
  ]);
}

function peopleRoutes(people: KnownPeople): readonly (readonly [string, Handler])[] {
  return [
    [
      'POST /api/resolve',
      async (request, response) => {
        const names = textListField(await readJson(request), 'names', MAX_NAMES);
        const users = names.map((name) => ({ name, userId: personName(name).userId }));
        sendJson(response, 200, { users });
      },
    ],
    [
      'GET /api/users',
      async (_request, response) => sendJson(response, 200, { users: people.list() }),
    ],
  ];
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}
