import { free, id, not, whole, type MethodRow } from './field-rules.js';

const url = 'https://hooks.example/judge';

/** Fields of an address that the server is to ask or to tell. */
export const outboundUrl = not(
  '',
  'hooks.example',
  'ftp://hooks.example/',
  'https://',
  'https://ann:secret@hooks.example/',
  `${url}#there`,
  `${url}/${'x'.repeat(2_048)}`,
);

export const hookFields: Readonly<Record<string, MethodRow>> = {
  'HookService/SetBeforeSendHook': {
    request: { client_request_id: 'h1', url, on_failure: 'FAILURE_POLICY_ALLOW' },
    fields: {
      client_request_id: id,
      url: outboundUrl,
      timeout_ms: whole(50, 3_000),
      on_failure: not('FAILURE_POLICY_UNSPECIFIED', 99),
      rotate_secret: free,
    },
  },
  'HookService/GetBeforeSendHook': { request: {}, fields: {} },
  'HookService/DeleteBeforeSendHook': {
    request: { client_request_id: 'h2' },
    fields: { client_request_id: id },
  },
};
