import { Refusal, type BackEnd, type SignedIn } from './back-end.js';

/**
 * Gives the token of the sign-in first, if there was one, and a new one each time after that: for the holder of the last token
 * or, when there is none or it is no longer accepted, by the name again. `onRenewed` hears of every new one.
 */
export function renewing(
  backEnd: Pick<BackEnd, 'refresh' | 'signIn'>,
  name: string,
  first: string | undefined,
  onRenewed: (signedIn: SignedIn) => void = () => undefined,
): () => Promise<string> {
  let fresh = first;
  let last = first;
  const renew = async (): Promise<SignedIn> => {
    if (last === undefined) return backEnd.signIn(name);
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
    if (unused !== undefined) return unused;
    const signedIn = await renew();
    last = signedIn.token;
    onRenewed(signedIn);
    return signedIn.token;
  };
}
