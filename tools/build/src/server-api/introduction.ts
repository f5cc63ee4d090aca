import type { PackageText } from './page.js';

/** What stands on the page beside the contract. */
export const INTRODUCTION = `# The API for back ends

Every service that a logic node serves on its public gRPC port (9092), with what each call asks for and is refused with. This page
is written from the comments in [\`proto\`](../proto/README.md) by \`npm run server-api\`; a test fails while it says anything else.
[Embed chat](embed.md) is the way in, and [\`docs/examples\`](examples/README.md) has back ends in four languages.

- **Who calls.** Metadata \`authorization: Bearer <credential>\`. A back end's credential is \`qq1.<app>.<id>.<secret>\`, and the app
  is always that of the credential. It has one or more of the scopes \`read\`, \`write\` and \`admin\`, none of which includes another;
  a call beyond them is refused with \`PERMISSION_DENIED\`.
- **Numbers.** Times are milliseconds since the epoch and end in \`_ms\`. What is left out has its zero value.
- **Ids** are 1 to 64 of \`[A-Za-z0-9_.-]\`, compared by byte. A thing of another app answers exactly as one that does not exist.
- **Fields that mean the same everywhere** have no text of their own below. \`conversation_id\` is \`d:<user>:<user>\`, the two in
  byte order, \`g:<group>\`, or \`s:<user>\`, a user's own feed. \`seq\` is the place of an entry in its conversation, from 1 and without gaps;
  \`ordinal\` the number of a message among those that count as unread. \`client_request_id\` names a change: repeated with the same
  id it is made [once](grpc.md#4-repeating-calls). \`page_token\` is empty for the first page, then the \`next_page_token\` of the page before, which is
  empty on the last one. Ids that a request lists are each looked at once. What an answer has of the thing that was changed is how it
  is now.
- **Errors** are the codes of [\`ErrorCode\`](#commonv1errorcode). [The protocol](protocol.md#errors) has their gRPC statuses, and
  says whether a retry can help and whether the refused call may have had an effect.
- **Limits** that an app can set are named in [limits](limits.md).
- **Reflection** and the standard health service are on, so that tools [need no files](examples/explore.md).`;

export const PACKAGES: Readonly<Record<string, PackageText>> = {
  'queqiao.server.v1': {
    heading: 'For back ends: queqiao.server.v1',
    words: 'Called with a credential of the app, which has the scope that stands beside the call.',
    withoutScope: '',
  },
  'queqiao.client.v1': {
    heading: 'What users do: queqiao.client.v1',
    words:
      'The same calls as on the [socket](protocol.md), with the same handlers. With the token of a user as the credential, and the ' +
      'id of a device in `queqiao-device`. Where a scope stands beside the call, also for back ends, on behalf of the user in ' +
      '`queqiao-user`, with a credential of the app that has the scope.',
    withoutScope: 'a user’s token',
  },
  'queqiao.admin.v1': {
    heading: 'For operators: queqiao.admin.v1',
    words:
      'Called with the secret of an operator; [operations](operations.md) says how one is made.',
    withoutScope: 'an operator’s secret',
  },
};

/** Types that no call has in its messages, and every call can end with. */
export const MORE_TYPES = ['queqiao.common.v1.ErrorCode'];
