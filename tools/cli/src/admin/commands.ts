import { parseAppId } from '@queqiao/domain';
import type { AppStore } from '@queqiao/store-mysql';
import { editSettings } from './edit-settings.js';
import { issueCredential, issueKey } from './issue-secrets.js';

export interface AdminArguments {
  readonly words: readonly string[];
  readonly name?: string | undefined;
  readonly alg?: string | undefined;
}

export const USAGE = `usage: ./tools/admin <command> [--json]
  app create <app> [--name <text>]
  app show <app>
  app suspend <app> | app resume <app>
  app settings <app> get
  app settings <app> set <name>=<value> ...    an empty value goes back to the default
  key add <app> [--alg HS256|EdDSA]            prints the secret once
  key retire <app> <kid>
  credential add <app>                         prints the credential once
  credential revoke <app> <credential id>`;

/** Runs one command; the answer is a flat object for people or scripts. Throws with a message for people. */
export async function runAdmin(
  store: AppStore,
  args: AdminArguments,
): Promise<Record<string, unknown>> {
  const [noun = '', verb = '', app = '', ...rest] = args.words;
  const command = commands[`${noun} ${verb}`];
  if (command === undefined || app === '') throw new Error(USAGE);
  return command(store, app, rest, args);
}

type Command = (
  store: AppStore,
  app: string,
  rest: readonly string[],
  args: AdminArguments,
) => Promise<Record<string, unknown>>;

const commands: Readonly<Record<string, Command>> = {
  'app create': async (store, app, _rest, { name }) => {
    const appId = parseAppId(app);
    if (!(await store.createApp(appId, name ?? app))) throw new Error(`app ${app} exists already`);
    return { app, name: name ?? app, created: true };
  },
  'app show': async (store, app) => {
    const { name, status, settings } = await find(store, app);
    return { app, name, status, settings };
  },
  'app suspend': (store, app) => setStatus(store, app, 'suspended'),
  'app resume': (store, app) => setStatus(store, app, 'active'),
  'app settings': async (store, app, [action = '', ...assignments]) => {
    if (action === 'get') return { ...(await find(store, app)).settings };
    if (action !== 'set' || assignments.length === 0) throw new Error(USAGE);
    const stored = await store.storedSettings(parseAppId(app));
    if (stored === null) throw unknown(app);
    await store.setSettings(parseAppId(app), editSettings(stored, assignments));
    return { ...(await find(store, app)).settings };
  },
  'key add': async (store, app, _rest, { alg = 'HS256' }) => {
    if (alg !== 'HS256' && alg !== 'EdDSA') throw new Error('--alg is HS256 or EdDSA');
    const { appId } = await find(store, app);
    return { app, ...(await issueKey(store, appId, alg)) };
  },
  'key retire': async (store, app, [kid = '']) => {
    if (!(await store.retireKey(parseAppId(app), kid))) throw new Error('no such key');
    return { app, kid, retired: true };
  },
  'credential add': async (store, app) => {
    const { appId } = await find(store, app);
    return { app, ...(await issueCredential(store, appId)) };
  },
  'credential revoke': async (store, app, [credentialId = '']) => {
    if (!(await store.revokeCredential(parseAppId(app), credentialId))) {
      throw new Error('no such credential');
    }
    return { app, credentialId, revoked: true };
  },
};

async function find(store: AppStore, app: string) {
  const record = await store.app(parseAppId(app));
  if (record === null) throw unknown(app);
  return record;
}

async function setStatus(
  store: AppStore,
  app: string,
  status: 'active' | 'suspended',
): Promise<Record<string, unknown>> {
  if (!(await store.setStatus(parseAppId(app), status))) throw unknown(app);
  return { app, status };
}

function unknown(app: string): Error {
  return new Error(`there is no app ${app}`);
}
