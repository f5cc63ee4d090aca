import {
  also,
  bad,
  bytes,
  conversation,
  free,
  id,
  list,
  message,
  not,
  optionalId,
  ownConversation,
  seq,
  whole,
  type BadValue,
  type FieldRule,
  type MethodRow,
} from './field-rules.js';

/** The one origin that the app of the tests lets browsers come from. */
export const ORIGIN = 'https://chat.example';

const device = { id: 'laptop', platform: 'PLATFORM_LINUX' };
/** What is wrong with a credential is told to nobody, nor which part of it. */
const token: FieldRule = also(
  not(),
  ...['', 'junk', 'a.b.c', 'x'.repeat(4_097)].map((value) =>
    bad(value, { code: 'UNAUTHENTICATED', named: '' }),
  ),
);
const others = (value: string): BadValue => bad(value, { code: 'UNAUTHENTICATED', named: '' });
const acked = { app_id: 'demo', user_id: 'alice', conversation_id: 'd:alice:bob', seq: 1 };
/** Acks that cannot be right are passed over. */
const passedOver = (rule: FieldRule): FieldRule => ({
  bad: rule.bad.map((each) => ({ ...each, code: 'OK' })),
});

/** `token`: a genuine one of alice's. */
export function nodeFields(genuine: string): ReadonlyMap<string, MethodRow> {
  const session = { app_id: id, user_id: id, device_id: id };
  const rows: Record<string, MethodRow> = {
    OpenSession: {
      request: { token: genuine, device, generation: 1, origin: ORIGIN },
      fields: {
        token,
        device: message(
          device,
          {
            id,
            platform: free,
            brand: bytes(0, 64),
            model: bytes(0, 64),
            os_version: bytes(0, 64),
            app_version: bytes(0, 64),
          },
          {},
        ),
        generation: whole(0, Number.MAX_SAFE_INTEGER),
        origin: also(not(), bad('https://evil.example', { code: 'PERMISSION_DENIED' })),
        remote_address: free,
      },
    },
    RefreshSession: {
      request: { token: genuine, app_id: 'demo', user_id: 'alice', device_id: 'laptop' },
      fields: {
        token,
        app_id: also(not(), others('rival'), others('')),
        user_id: also(not(), others('bob'), others('')),
        device_id: id,
      },
    },
    CloseSession: {
      request: { app_id: 'demo', user_id: 'alice', device_id: 'laptop' },
      fields: session,
    },
    KickSession: {
      request: { node_id: 'gone', boot_id: 'gone', session: 1, close_code: 4203 },
      fields: {
        node_id: not(''),
        boot_id: not(''),
        session: not(0),
        close_code: not(0, 3_999, 5_000),
        reason: free,
      },
    },
    AckDelivered: {
      request: { acks: [acked] },
      fields: {
        acks: list(
          message(acked, {
            app_id: passedOver(id),
            user_id: passedOver(id),
            conversation_id: passedOver(conversation),
            seq: passedOver(seq),
          }),
          { good: { ...acked, conversation_id: 'd:nobody:nowhere' } },
        ),
      },
    },
    LargeMemberships: {
      request: { app_id: 'demo', user_ids: ['alice'] },
      fields: {
        app_id: id,
        user_ids: list(id, {
          good: 'alice',
          tooMany: Array.from({ length: 501 }, (_, n) => `u${n}`),
        }),
        conversation_id: not('g:', 'x:team', 'd:bob:alice'),
      },
    },
    LargeLeavers: {
      request: { app_id: 'demo', conversation_id: 'g:team', since_version: 0 },
      fields: { app_id: id, conversation_id: ownConversation, since_version: whole(0, 2 ** 53) },
    },
    ConfirmCrossing: {
      request: { app_id: 'demo', conversation_id: 'g:nosuch' },
      fields: { app_id: id, conversation_id: conversation },
    },
    PresenceChanged: {
      request: { app_id: 'demo', user_ids: ['alice'] },
      fields: {
        app_id: id,
        user_ids: list(id, {
          good: 'alice',
          min: 1,
          max: 100,
          beyond: { code: 'LIMIT_EXCEEDED' },
        }),
      },
    },
    RevocationsSince: {
      request: { since_ms: 1, after: { app_id: 'demo', user_id: 'alice' } },
      fields: {
        since_ms: whole(0, Number.MAX_SAFE_INTEGER),
        after: message(
          { app_id: 'demo', user_id: 'alice' },
          {
            app_id: id,
            user_id: id,
            device_id: optionalId,
            revoked_ms: whole(0, Number.MAX_SAFE_INTEGER),
            token_id: optionalId,
            banned: free,
          },
        ),
        with_tokens: free,
      },
    },
  };
  return new Map(
    Object.entries(rows).map(([name, row]) => [`queqiao.link.v1.SessionService/${name}`, row]),
  );
}
