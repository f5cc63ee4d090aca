import { createClient, IndexedDbReplicaStore, Platform, storedGeneration } from '@queqiao/sdk';
import { render } from 'preact';
import { App } from './components/app.js';
import { ProvideTexts } from './components/page-context.js';
import { BackEnd, type SignedIn } from './session/back-end.js';
import { ChatSession, type AddressBar } from './session/chat-session.js';
import { deviceOf } from './session/device.js';
import { hashOf, openFromHash, readLaunch } from './session/launch.js';
import { renewing } from './session/token-renewal.js';
import { translator } from './text/strings.js';
import { Times } from './text/times.js';
import './styles/app.css';

/** For this tab: a reload signs in again, a new tab asks. */
const NAME_KEY = 'queqiao.name';

const launch = readLaunch(location.search, navigator.language);
const backEnd = new BackEnd(fetch);
const t = translator(launch.language);
const texts = { language: launch.language, t, times: new Times(launch.language, t) };

const address: AddressBar = {
  get: () => openFromHash(location.hash),
  set: (id) => history.pushState(null, '', location.pathname + location.search + hashOf(id)),
};

function openSession(signedIn: SignedIn, name: string, onSignOut: () => void): ChatSession {
  const random = (): string => crypto.getRandomValues(new Uint32Array(3)).join('-');
  const device = deviceOf(localStorage, signedIn.userId, launch.deviceSlot, random);
  const store = new IndexedDbReplicaStore(`queqiao.${device.id}`);
  const client = createClient({
    store,
    url: signedIn.socketUrl,
    token: renewing(backEnd, name, signedIn),
    device: { id: device.id, platform: Platform.WEB, model: 'browser' },
    generation: storedGeneration(localStorage, device.generationKey),
  });
  const listening = new AbortController();
  const leave = (): void => {
    listening.abort();
    // What was said does not stay on the machine of somebody who has left.
    void store.destroy().catch(() => undefined);
    onSignOut();
  };
  const session = new ChatSession(
    { client, backEnd, address, now: Date.now, onSignOut: leave },
    signedIn.userId,
  );
  const { signal } = listening;
  addEventListener('popstate', () => session.followAddress(), { signal });
  addEventListener('online', () => session.nudge(), { signal });
  document.addEventListener(
    'visibilitychange',
    () => document.visibilityState === 'visible' && session.nudge(),
    { signal },
  );
  session.start();
  return session;
}

function remember(name: string | undefined): void {
  if (name !== undefined) return sessionStorage.setItem(NAME_KEY, name);
  sessionStorage.removeItem(NAME_KEY);
  const search = new URLSearchParams(location.search);
  search.delete('as');
  const query = search.toString();
  history.replaceState(null, '', location.pathname + (query === '' ? '' : `?${query}`));
}

document.documentElement.lang = launch.language === 'zh' ? 'zh-CN' : 'en';
const root = document.querySelector('#app');
if (root) {
  render(
    <ProvideTexts value={texts}>
      <App
        backEnd={backEnd}
        deviceSlot={launch.deviceSlot}
        initialName={launch.as ?? sessionStorage.getItem(NAME_KEY) ?? undefined}
        remember={remember}
        openSession={openSession}
      />
    </ProvideTexts>,
    root,
  );
}
