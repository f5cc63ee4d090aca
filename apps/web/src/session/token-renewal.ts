import { Refusal, type BackEnd, type SignedIn } from './back-end.js';

/**
 * Gives the token of the sign-in first and a new one each time after that: for the holder of the last token or, when that one
 * is no longer accepted, by the name again.
 */
export function renewing(
  backEnd: Pick<BackEnd, 'refresh' | 'signIn'>,
  name: string,
  first: SignedIn,
): () => Promise<string> {
  let fresh: string | undefined = first.token;
  let last = first.token;
  const renew = async (): Promise<SignedIn> => {
    try {
      return await backEnd.refresh(last);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'UNAUTHENTICATED') return backEnd.signIn(name);
      throw error;
    }
  };
  return async () => {
    const unused = fresh;
    fresh = undefined;
    last = unused ?? (await renew()).token;
    return last;
  };
}
