import { isId } from '@queqiao/domain';

/**
 * The app a credential `qq1.<app>.<credential>.<secret>` belongs to; undefined for anything else. App ids may contain dots, so
 * the other parts are taken from the right.
 */
export function appOfCredential(credential: string): string | undefined {
  const parts = credential.split('.');
  const [prefix] = parts;
  const app = parts.slice(1, -2).join('.');
  return prefix === 'qq1' && parts.length >= 4 && isId(app) ? app : undefined;
}
