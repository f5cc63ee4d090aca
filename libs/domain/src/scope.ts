/**
 * What a credential of a back end may be used for. `read` changes nothing; `write` does what users do, and what makes them and
 * their groups; `admin` takes something from users that they cannot take back themselves. None includes another.
 */
export const SCOPES = ['read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export function isScope(value: string): value is Scope {
  return (SCOPES as readonly string[]).includes(value);
}
