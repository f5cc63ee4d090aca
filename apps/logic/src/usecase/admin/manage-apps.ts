import { invalidArgument } from '@queqiao/domain';

import type { OperatorContext } from '../caller.js';
import { checkBytes, checkLength } from '../check-fields.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import { administer, existingApp, type AppRequest } from './administer.js';
import type { AppUsage } from '../app/ports.js';
import type { AppInfo, CountedUsage, ManagedApps, Refusals } from './ports.js';

export const APPS_LIMIT_DEFAULT = 100;
export const APPS_LIMIT_MAX = 500;
export const APP_NAME_MAX = 200;
export const SETTINGS_PATCH_MAX_BYTES = 65_536;

/** Apps and their settings. Errors: NOT_FOUND, ALREADY_EXISTS, CONFLICT, INVALID_ARGUMENT, UNAVAILABLE. */
export class ManageApps {
  constructor(
    readonly deps: {
      readonly apps: ManagedApps;
      readonly usage: CountedUsage;
      readonly refusals: Refusals;
    },
  ) {}

  create(context: OperatorContext, request: AppRequest & { name: string }): Promise<AppInfo> {
    const { apps, refusals } = this.deps;
    return administer(refusals, context, { method: 'CreateApp', request }, (call, appId) =>
      apps.createApp(call, appId, checkLength(request.name, APP_NAME_MAX, 'name', 1)),
    );
  }

  async get(_context: OperatorContext, appId: string): Promise<{ app: AppInfo; usage: AppUsage }> {
    const app = await existingApp(this.deps.apps, appId);
    const usage = await this.deps.usage.usage(app.appId);
    return { app, usage: usage ?? { users: 0, groups: 0, entries: 0, countedMs: 0 } };
  }

  async list(
    _context: OperatorContext,
    input: { readonly pageToken: string; readonly limit: number },
  ): Promise<{ apps: AppInfo[]; nextPageToken: string }> {
    const bounds = { byDefault: APPS_LIMIT_DEFAULT, max: APPS_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const [afterId = ''] = decodePage(input.pageToken, ['id']) ?? [];
    const apps = await this.deps.apps.apps({ afterId, limit });
    const last = apps.length < limit ? undefined : apps.at(-1)?.appId;
    return { apps, nextPageToken: last === undefined ? '' : encodePage([last]) };
  }

  updateSettings(
    context: OperatorContext,
    request: AppRequest & { patchJson: string },
  ): Promise<AppInfo> {
    const { apps, refusals } = this.deps;
    return administer(refusals, context, { method: 'UpdateSettings', request }, (call, appId) =>
      apps.updateSettings(call, appId, parsePatch(request.patchJson), 'patch_json'),
    );
  }

  suspend(context: OperatorContext, request: AppRequest): Promise<AppInfo> {
    const { apps, refusals } = this.deps;
    return administer(refusals, context, { method: 'SuspendApp', request }, (call, appId) =>
      apps.suspendApp(call, appId),
    );
  }

  resume(context: OperatorContext, request: AppRequest): Promise<AppInfo> {
    const { apps, refusals } = this.deps;
    return administer(refusals, context, { method: 'ResumeApp', request }, (call, appId) =>
      apps.resumeApp(call, appId),
    );
  }

  delete(context: OperatorContext, request: AppRequest): Promise<void> {
    const { apps, refusals } = this.deps;
    return administer(refusals, context, { method: 'DeleteApp', request }, (call, appId) =>
      apps.deleteApp(call, appId),
    );
  }
}

function parsePatch(text: string): Record<string, unknown> {
  checkBytes(text, SETTINGS_PATCH_MAX_BYTES, 'patch_json');
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch {
    throw invalidArgument('patch_json', 'is not JSON');
  }
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return { ...patch };
  throw invalidArgument('patch_json', 'must be a JSON object');
}
