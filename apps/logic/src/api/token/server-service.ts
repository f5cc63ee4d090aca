import { TokenServiceDefinition } from '@queqiao/protocol/server';
import type { IssueToken } from '../../usecase/token/issue-token.js';
import type { RevokeToken } from '../../usecase/token/revoke-token.js';
import { defineService, type ApiService } from '../api-service.js';

export function serverTokenService(usecases: {
  issueToken: IssueToken;
  revokeToken: RevokeToken;
}): ApiService<'business'> {
  return defineService('business', TokenServiceDefinition, {
    issueToken: (request, context) => usecases.issueToken.run(context, request),
    async revokeToken(request, context) {
      await usecases.revokeToken.run(context, request);
      return {};
    },
  });
}
