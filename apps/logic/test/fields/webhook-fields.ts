import { also, bad, free, id, list, message, missing, not, whole } from './field-rules.js';
import type { FieldRules, MethodRow } from './field-rules.js';

const client_request_id = id;
const webhook_id = also(id, missing('nosuch'));
const beyond = { code: 'LIMIT_EXCEEDED' } as const;
const types = list(not('', 'texts', 'toString'), { good: 'text', max: 100, beyond });
const url = not(
  '',
  'x',
  'ftp://example.com/',
  'https://user:word@example.com/',
  'https://example.com/#there',
  `https://example.com/${'x'.repeat(2_048)}`,
);

function change(
  name: string,
  more: MethodRow['request'] = {},
  fields: FieldRules = {},
): [string, MethodRow] {
  const request = { client_request_id: `r-${name}`, webhook_id: 'hook', ...more };
  return [
    `WebhookService/${name}`,
    { request, fields: { client_request_id, webhook_id, ...fields } },
  ];
}

const rows: [string, MethodRow][] = [
  [
    'WebhookService/CreateWebhook',
    {
      request: {
        client_request_id: 'r-CreateWebhook',
        url: 'https://example.com/',
        types: ['text'],
      },
      fields: { client_request_id, url, types },
    },
  ],
  ['WebhookService/GetWebhook', { request: { webhook_id: 'hook' }, fields: { webhook_id } }],
  ['WebhookService/ListWebhooks', { request: {}, fields: {} }],
  change(
    'UpdateWebhook',
    { url: 'https://example.com/' },
    { url, enabled: free, types: message({ types: ['text'] }, { types }) },
  ),
  change('RotateSecret', { overlap_ms: '1000' }, { overlap_ms: whole(0, 604_800_000) }),
  change('DeleteWebhook', { webhook_id: 'ending' }),
  [
    'WebhookService/ListDeadLetters',
    {
      request: { webhook_id: 'hook' },
      fields: { webhook_id, page_token: not('x', 'W10', 'WzAsIum5iiJd'), limit: whole(0, 500) },
    },
  ],
  change(
    'ReplayDeadLetters',
    { event_ids: ['evt_nosuch'] },
    {
      event_ids: also(list(id, { good: 'evt_a', max: 100, beyond }), bad(['a', ''], { at: '[1]' })),
      from_ms: whole(0, Number.MAX_SAFE_INTEGER),
    },
  ),
];

/** Of the app that the tables speak of: webhooks that are off, so that nothing changes by itself. */
export const WEBHOOK_ROWS = ['hook', 'ending'].map(
  (name) =>
    'INSERT INTO webhooks (app_id, webhook_id, url, types, enabled, disabled_reason, secret, previous_until_ms, created_ms, ' +
    'revision, owner, position, seq, last_success_ms, last_failure_ms, last_error, missed_ms) ' +
    `VALUES ('demo', '${name}', 'https://example.com/', '[]', 0, '', 'x', 0, 1, 1, '', 0, 0, 0, 0, '', 0)`,
);

export const webhookFields: readonly [string, MethodRow][] = rows.map(([name, row]) => [
  `queqiao.server.v1.${name}`,
  row,
]);
