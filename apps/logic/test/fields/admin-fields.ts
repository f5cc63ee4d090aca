import { also, bad, characters, id, list, missing, not, optionalId, whole } from './field-rules.js';
import type { FieldRules, MethodRow } from './field-rules.js';

const client_request_id = id;
/** Of a request whose app has to be there. */
const app_id = also(id, missing('nosuch'));
const page = { page_token: not('x', 'W10'), limit: whole(0, 500) };

function change(
  name: string,
  more: MethodRow['request'] = {},
  fields: FieldRules = {},
): [string, MethodRow] {
  const request = { client_request_id: `r-${name}`, app_id: 'managed', ...more };
  return [`AppService/${name}`, { request, fields: { client_request_id, app_id, ...fields } }];
}

const jwk = JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) });
const scopes = list(not('SCOPE_UNSPECIFIED', 99), { good: 'SCOPE_READ', min: 1 });

const rows: [string, MethodRow][] = [
  change(
    'CreateApp',
    { app_id: 'made', name: 'Made' },
    {
      app_id: also(id, bad('managed', { code: 'ALREADY_EXISTS' })),
      name: characters(1, 200),
    },
  ),
  ['AppService/GetApp', { request: { app_id: 'managed' }, fields: { app_id } }],
  ['AppService/ListApps', { request: {}, fields: page }],
  change(
    'UpdateSettings',
    { patch_json: '{"maxTextBytes":10}' },
    {
      patch_json: also(
        not('', 'x', '[]', 'null', '3', `{"x":"${'x'.repeat(65_536)}"}`),
        bad('{"maxTextBytes":0}', { at: '.maxTextBytes' }),
        bad('{"maxFriends":1,"maxTxtBytes":1}', { at: '.maxTxtBytes' }),
        bad('{"__proto__":{"maxTextBytes":1}}', { at: '.__proto__' }),
        bad('{"devicePolicy":{"mode":"some"}}', { at: '.devicePolicy.mode' }),
      ),
    },
  ),
  change('SuspendApp'),
  change('ResumeApp'),
  change(
    'DeleteApp',
    { app_id: 'ending' },
    { app_id: also(app_id, bad('managed', { code: 'CONFLICT' })) },
  ),
  change(
    'AddKey',
    { key_id: 'k9', algorithm: 'KEY_ALGORITHM_EDDSA', public_jwk: jwk },
    {
      key_id: also(optionalId, bad('k1', { code: 'ALREADY_EXISTS' })),
      algorithm: also(
        not('KEY_ALGORITHM_UNSPECIFIED', 99),
        bad('KEY_ALGORITHM_HS256', { named: 'public_jwk' }),
      ),
      secret: not('AAAA'),
      public_jwk: not(
        '',
        'x',
        '[]',
        '{}',
        jwk.replace('OKP', 'EC'),
        jwk.replace('A', '+'),
        jwk.replace('AA', 'A'),
        jwk.replace('}', ',"d":"A"}'),
        ' '.repeat(1_025),
      ),
    },
  ),
  ['AppService/ListKeys', { request: { app_id: 'managed' }, fields: { app_id } }],
  change(
    'RetireKey',
    { key_id: 'k1', retire_at_ms: '0' },
    { key_id: also(id, missing('nosuch')), retire_at_ms: not(-1, '99999999999999') },
  ),
  change(
    'CreateCredential',
    { scopes: ['SCOPE_READ'] },
    {
      scopes: also(scopes, bad(['SCOPE_READ', 'SCOPE_READ'], { at: '[1]' })),
    },
  ),
  ['AppService/ListCredentials', { request: { app_id: 'managed' }, fields: { app_id } }],
  change(
    'RevokeCredential',
    { credential_id: 'test' },
    { credential_id: also(id, missing('nosuch')) },
  ),
  [
    'AuditService/ListAuditEntries',
    { request: { app_id: 'nosuch' }, fields: { app_id: optionalId, ...page } },
  ],
];

/** Of an app `managed` as tests make it, and a suspended one called `ending`. */
export const adminFields: readonly [string, MethodRow][] = rows.map(([name, row]) => [
  `queqiao.admin.v1.${name}`,
  row,
]);
