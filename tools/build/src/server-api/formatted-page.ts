import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METHOD_SCOPES } from '@queqiao/logic';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import { format, resolveConfig } from 'prettier';
import { root } from '../workspace.js';
import { readContract } from './contract.js';
import { INTRODUCTION, MORE_TYPES, PACKAGES } from './introduction.js';
import { serverApiPage } from './page.js';

export const PAGE_FILE = join(root, 'docs/server-api.md');

/** docs/server-api.md as the protos of this checkout have it, formatted as `npm run format` leaves it. */
export async function formattedPage(): Promise<string> {
  const page = serverApiPage({
    contract: readContract(descriptorSet()),
    packages: PACKAGES,
    moreTypes: MORE_TYPES,
    scopes: METHOD_SCOPES,
    introduction: INTRODUCTION,
  });
  return format(page, { ...(await resolveConfig(PAGE_FILE)), parser: 'markdown' });
}

export function writtenPage(): string {
  return readFileSync(PAGE_FILE, 'utf8');
}
