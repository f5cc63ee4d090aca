/** What every answer carries. The page runs its own script and style only and talks to this server and the sockets only. */
export function securityHeaders(socketUrls: readonly string[]): Readonly<Record<string, string>> {
  const sockets = new Set(socketUrls.map((url) => new URL(url).origin));
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' ${[...sockets].join(' ')}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  };
}
