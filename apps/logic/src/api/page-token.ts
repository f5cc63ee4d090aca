import { createHash } from 'node:crypto';
import { invalidArgument } from '@queqiao/domain';
import type {
  OperatorContext,
  BusinessContext,
  NodeContext,
  UserContext,
} from '../usecase/caller.js';

/** Characters of a token that bind it to its list; the place in the list stands behind them. */
export const BINDING_CHARS = 11;

type AnyContext = UserContext | BusinessContext | NodeContext | OperatorContext;
type Fields = Readonly<Record<string, unknown>>;

/** What a page belongs to: the method, who asks, and everything in the request but where and how much to read. */
export class PageBinding {
  readonly #mark: string;

  private constructor(path: string, context: AnyContext, asked: Fields) {
    const { caller } = context;
    const user = caller.kind === 'user' ? caller.userId : '';
    const app = 'appId' in context ? context.appId : '';
    const query = JSON.stringify(asked, (_key, value: unknown) =>
      isUnset(value) ? undefined : value,
    );
    const whole = JSON.stringify([path, app, caller.kind, user, query]);
    const digest = createHash('sha256').update(whole).digest('base64url');
    this.#mark = digest.slice(0, BINDING_CHARS);
  }

  /** Undefined for requests that are not paged. */
  static of(path: string, context: AnyContext, request: unknown): PageBinding | undefined {
    if (!isFields(request) || typeof request['pageToken'] !== 'string') return undefined;
    const { pageToken: _token, limit: _limit, ...asked } = request;
    return new PageBinding(path, context, asked);
  }

  /** The request with the token that its use case has made. Errors: INVALID_ARGUMENT naming page_token. */
  open(request: unknown): unknown {
    const fields = request as Fields & { readonly pageToken: string };
    const { pageToken } = fields;
    if (pageToken === '') return request;
    if (!pageToken.startsWith(this.#mark)) {
      throw invalidArgument('page_token', 'is not a token of this list');
    }
    return { ...fields, pageToken: pageToken.slice(BINDING_CHARS) };
  }

  /** The response with a token that is good for this list alone. */
  seal(response: unknown): unknown {
    if (!isFields(response)) return response;
    const token = response['nextPageToken'];
    if (typeof token !== 'string' || token === '') return response;
    return { ...response, nextPageToken: `${this.#mark}${token}` };
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** As the wire has it: a field that a newer server adds changes no token of a list that does not use it. */
function isUnset(value: unknown): boolean {
  return (
    value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0)
  );
}
