package shop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/** Tokens with which users' devices sign in: JWTs that are signed here, with the app's key. */
final class Tokens {
  private static final long VALID_S = 3_600;

  private final String app;
  private final String keyId;
  private final byte[] secret;

  /** The secret is in base64, as the operator got it. */
  Tokens(String credential, String keyId, String secret) {
    String withoutSecret = credential.substring(0, credential.lastIndexOf('.'));
    this.app = withoutSecret.substring(withoutSecret.indexOf('.') + 1, withoutSecret.lastIndexOf('.'));
    this.keyId = keyId;
    this.secret = Base64.getDecoder().decode(secret);
  }

  /** User ids are [A-Za-z0-9_.-]{1,64}, which JSON takes as they are: chat.upsertUser has refused all others. */
  String sign(String user) {
    long now = System.currentTimeMillis() / 1_000;
    String header = "{\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted(keyId);
    String claims =
        "{\"app\":\"%s\",\"sub\":\"%s\",\"aud\":\"queqiao\",\"iat\":%d,\"exp\":%d}"
            .formatted(app, user, now, now + VALID_S);
    String signed = encoded(header.getBytes(UTF_8)) + "." + encoded(claims.getBytes(UTF_8));
    return signed + "." + encoded(Hmac.sha256(secret, signed));
  }

  private static String encoded(byte[] part) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(part);
  }
}
