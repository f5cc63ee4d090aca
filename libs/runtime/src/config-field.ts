import { z } from 'zod';

/**
 * Fields for configuration schemas: they take the text of a variable or, from profile defaults, the value itself. Every message
 * is ours and leaves the value out, because it may be a secret.
 */
export const field = {
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number = Number.MAX_SAFE_INTEGER) {
    const message = `must be a whole number from ${min} to ${max}`;
    return z
      .union(
        [
          z.number(),
          z
            .string()
            .regex(/^-?\d{1,16}$/, message)
            .transform(Number),
        ],
        message,
      )
      .pipe(z.number(message).int(message).min(min, message).max(max, message));
  },

  /** A TCP port; 0 lets the system choose. */
  port() {
    return field.integer(0, 65_535);
  },

  /** true or false, spelled out. */
  flag() {
    const message = 'must be true or false';
    return z
      .union([z.boolean(), z.enum(['true', 'false'])], message)
      .transform((value) => value === true || value === 'true');
  },

  /** Text of 1 to `maxLength` characters. */
  text(maxLength = 1024) {
    return z.string().min(1).max(maxLength, `must have at most ${maxLength} characters`);
  },

  /** One of the given words. */
  choice<const T extends readonly [string, ...string[]]>(words: T) {
    return z.enum(words, `must be one of ${words.join(', ')}`);
  },

  /** A URL of one of the given schemes, such as `redis`. */
  url(...schemes: string[]) {
    const message = `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
    return z.string().refine((value) => {
      return URL.canParse(value) && schemes.some((scheme) => value.startsWith(`${scheme}://`));
    }, message);
  },

  /** `host:port`, as others are told to dial it. */
  hostPort() {
    return z
      .string()
      .regex(/^([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:]+\]):[1-9]\d{0,4}$/, 'must be host:port');
  },

  /** Words separated by commas; an empty list when there are none. */
  list() {
    return z
      .union([z.array(z.string()), z.string()], 'must be words separated by commas')
      .transform((value) => {
        const words = typeof value === 'string' ? value.split(',') : value;
        return words.map((word) => word.trim()).filter((word) => word !== '');
      });
  },
};
