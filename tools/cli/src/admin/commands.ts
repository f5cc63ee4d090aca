import { AppStatus, type App, type AppUsage } from '@queqiao/protocol/admin';
import type { AdminDoor } from './admin-door.js';
import { addCredential, listCredentials, revokeCredential } from './credential-commands.js';
import { addKey, listKeys, retireKey, timeOf } from './key-commands.js';
import { checkWords, type AdminArguments, type CommandName } from './command-words.js';
import { settingsPatch } from './settings-patch.js';

export const USAGE = `usage: ./tools/admin <command> [--json]
  operator new                                 prints a secret for operators, and its SHA-256
  app create <app> [--name <text>]
  app show <app>
  app list
  app suspend <app> | app resume <app>
  app delete <app>                             for good; only when it is suspended
  app settings <app> get
  app settings <app> set <name>=<value> ...    an empty value goes back to the default
  key add <app> [--alg HS256|EdDSA] [--kid <kid>]             prints the secret once
  key list <app>
  key retire <app> <kid> [--at <time>]
  credential add <app> [--scopes read,write,admin]            prints the credential once
  credential list <app>
  credential revoke <app> <credential id>
  audit list [<app>] [--page <next>]           100 entries, the newest first`;

type Answer = Record<string, unknown>;

/** Runs one command; the answer is a flat object for people or scripts. Throws with a message for people, and has done nothing then. */
export async function runAdmin(door: AdminDoor, args: AdminArguments): Promise<Answer> {
  checkWords(args, USAGE);
  const [noun = '', verb = '', app = '', ...rest] = args.words;
  const command = commands[`${noun} ${verb}`];
  if (command === undefined) throw new Error(USAGE);
  return command(door, app, rest, args);
}

type Command = (
  door: AdminDoor,
  app: string,
  rest: readonly string[],
  args: AdminArguments,
) => Promise<Answer>;

const commands: Readonly<Record<CommandName, Command>> & Readonly<Record<string, Command>> = {
  'app create': async (door, app, _rest, { name = app }) => {
    await door.apps.createApp({ ...door.request(app), name }, door.call);
    return { app, name, created: true };
  },
  'app show': async (door, app) => {
    const { app: found, usage } = await door.apps.getApp({ appId: app }, door.call);
    return { ...facts(found), usage: usageOf(usage), settings: settingsOf(found) };
  },
  'app list': listApps,
  'app suspend': async (door, app) =>
    facts((await door.apps.suspendApp(door.request(app), door.call)).app),
  'app resume': async (door, app) =>
    facts((await door.apps.resumeApp(door.request(app), door.call)).app),
  'app delete': async (door, app) => {
    await door.apps.deleteApp(door.request(app), door.call);
    return { app, deleted: true };
  },
  'app settings': async (door, app, [action = '', ...assignments]) => {
    if (action === 'get' && assignments.length === 0) {
      return settingsOf((await door.apps.getApp({ appId: app }, door.call)).app);
    }
    if (action !== 'set' || assignments.length === 0) {
      throw new Error(`app settings ${app}: get, or set <name>=<value> ...`);
    }
    const request = { ...door.request(app), patchJson: settingsPatch(assignments) };
    return settingsOf((await door.apps.updateSettings(request, door.call)).app);
  },
  'key add': async (door, app, _rest, args) => ({ app, ...(await addKey(door, app, args)) }),
  'key list': listKeys,
  'key retire': (door, app, [kid = ''], { at }) => retireKey(door, app, kid, at),
  'credential add': async (door, app, _rest, { scopes }) => ({
    app,
    ...(await addCredential(door, app, scopes)),
  }),
  'credential list': listCredentials,
  'credential revoke': (door, app, [id = '']) => revokeCredential(door, app, id),
  'audit list': listAudit,
};

async function listApps(door: AdminDoor): Promise<Answer> {
  const found: App[] = [];
  let pageToken = '';
  do {
    const page = await door.apps.listApps({ pageToken, limit: 0 }, door.call);
    found.push(...page.apps);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return Object.fromEntries(found.map((app) => [app.appId, facts(app)]));
}

async function listAudit(
  door: AdminDoor,
  appId: string,
  _rest: readonly string[],
  { page: pageToken = '' }: AdminArguments,
): Promise<Answer> {
  const request = { appId, pageToken, limit: 0 };
  const { entries, nextPageToken: next } = await door.audit.listAuditEntries(request, door.call);
  const lines = entries.map(({ auditNumber, createdMs, actorId, method, appId: app, ...entry }) => {
    const { target, outcome, requestId } = entry;
    const time = timeOf(createdMs);
    // A key that looks like a number would leave its place.
    return [`#${auditNumber}`, { time, actor: actorId, method, app, target, outcome, requestId }];
  });
  return { ...(Object.fromEntries(lines) as Answer), ...(next === '' ? {} : { next }) };
}

function facts(app: App | undefined): Answer {
  const status = app?.status === AppStatus.ACTIVE ? 'active' : 'suspended';
  return { app: app?.appId, name: app?.name, status };
}

/** Times are for people. */
function usageOf(usage: AppUsage | undefined): Answer {
  const { users = 0, groups = 0, entries = 0, countedMs = 0 } = usage ?? {};
  return { users, groups, entries, counted: countedMs === 0 ? 'never' : timeOf(countedMs) };
}

function settingsOf(app: App | undefined): Answer {
  return JSON.parse(app?.settingsJson ?? '{}') as Answer;
}
