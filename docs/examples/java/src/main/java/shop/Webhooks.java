package shop;

import com.sun.net.httpserver.Headers;
import java.security.MessageDigest;
import java.util.Base64;

final class Webhooks {
  private static final long TOLERANCE_S = 300;

  private Webhooks() {}

  /**
   * Throws IllegalArgumentException unless the server has signed this request lately (https://www.standardwebhooks.com). A request
   * may come twice: work off each webhook-id once.
   */
  static void verify(String secret, Headers headers, String body) {
    String id = headers.getFirst("webhook-id");
    String timestamp = headers.getFirst("webhook-timestamp");
    String signatures = headers.getFirst("webhook-signature");
    if (id == null || timestamp == null || signatures == null) {
      throw new IllegalArgumentException("webhook: not signed");
    }
    long age = Math.abs(System.currentTimeMillis() / 1_000 - Long.parseLong(timestamp));
    if (age > TOLERANCE_S) throw new IllegalArgumentException("webhook: too old");
    byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
    byte[] expected = Hmac.sha256(key, id + "." + timestamp + "." + body);
    // Several while the secret is being changed.
    for (String signature : signatures.split(" ")) {
      byte[] given = Base64.getDecoder().decode(signature.replaceFirst("^v1,", ""));
      if (MessageDigest.isEqual(given, expected)) return;
    }
    throw new IllegalArgumentException("webhook: wrong signature");
  }
}
