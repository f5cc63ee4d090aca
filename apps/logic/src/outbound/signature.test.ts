import { expect, it } from 'vitest';
import { newSigningSecret, signedHeaders, signingSecretText } from './signature.js';

/** The example that libraries of the specification are tested with. */
const SECRET = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
const message = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1_614_265_330,
  body: '{"test": 2432232314}',
};
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

it('a message is signed as the specification has it, as text and as bytes', () => {
  const headers = {
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': SIGNATURE,
  };
  expect(signedHeaders([SECRET], message)).toEqual(headers);
  expect(signedHeaders([SECRET], { ...message, body: Buffer.from(message.body) })).toEqual(headers);
});

it('each secret signs, the first one first', () => {
  const other = newSigningSecret();
  const [only] = Object.values(signedHeaders([other], message)).slice(2);
  expect(signedHeaders([other, SECRET], message)['webhook-signature']).toBe(`${only} ${SIGNATURE}`);
});

it('a secret is 32 bytes, and says what it is', () => {
  expect(signingSecretText(newSigningSecret())).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(signingSecretText(SECRET)).toBe('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
});
