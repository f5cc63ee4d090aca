import {
  createClient,
  IndexedDbReplicaStore,
  Platform,
  storedGeneration,
  type ReplicaStore,
} from '@queqiao/sdk';
import { render } from 'preact';
import { App } from './components/app.js';
import { ProvideTexts } from './components/page-context.js';
import { BackEnd, type SignedIn } from './session/back-end.js';
import { ChatSession, type AddressBar } from './session/chat-session.js';
import { deviceOf, type DeviceIdentity } from './session/device.js';
import { hashOf, joinTokenFromHash, openFromHash, readLaunch } from './session/launch.js';
import { rememberedPerson, rememberPerson, type Person } from './session/person.js';
import { MediaUpload, probeMedia } from './session/media-upload.js';
import { seenPostsOf } from './session/seen-posts.js';
import { renewing } from './session/token-renewal.js';
import { translator } from './text/strings.js';
import { Times } from './text/times.js';
import './styles/app.css';

/** Between two questions for posts of friends, which nobody tells of. */
const LOOK_MS = 60_000;

const launch = readLaunch(location.search, navigator.language);
const backEnd = new BackEnd(fetch);
const t = translator(launch.language);
const texts = { language: launch.language, t, times: new Times(launch.language, t) };

const address: AddressBar = {
  get: () => openFromHash(location.hash),
  joinToken: () => joinTokenFromHash(location.hash),
  set: (id) => history.pushState(null, '', location.pathname + location.search + hashOf(id)),
};

/** The client of one device, which keeps what it knows in `store`, and uploads of its person. */
function clientOf(
  person: Person,
  token: string | undefined,
  device: DeviceIdentity,
  store: ReplicaStore,
) {
  // The server may have moved since the person signed in: every new token comes with where it is.
  let { socketUrl } = person;
  let current = token;
  const onRenewed = (signedIn: SignedIn): void => {
    ({ socketUrl, token: current } = signedIn);
    const isHere = rememberedPerson(sessionStorage)?.userId === person.userId;
    if (isHere) rememberPerson(sessionStorage, { ...person, socketUrl });
  };
  const client = createClient({
    url: socketUrl,
    webSocket: (_, protocols) => new WebSocket(socketUrl, protocols),
    token: renewing(backEnd, person.name, token, onRenewed),
    device: { id: device.id, platform: Platform.WEB, model: 'browser' },
    generation: storedGeneration(localStorage, device.generationKey),
    store,
  });
  const media = new MediaUpload({
    backEnd,
    token: async () => current ?? (await backEnd.signIn(person.name)).token,
    origin: location.origin,
    probe: probeMedia,
  });
  return { client, media };
}

function openSession(
  person: Person,
  token: string | undefined,
  onSignOut: () => void,
): ChatSession {
  const random = (): string => crypto.getRandomValues(new Uint32Array(3)).join('-');
  const device = deviceOf(localStorage, person.userId, launch.deviceSlot, random);
  const store = new IndexedDbReplicaStore(`queqiao.${device.id}`);
  const { client, media } = clientOf(person, token, device, store);
  const listening = new AbortController();
  const leave = (): void => {
    listening.abort();
    // Whoever uses this browser next shall not find what this person has read.
    store.destroy().catch(() => undefined);
    onSignOut();
  };
  const session = new ChatSession(
    {
      client,
      backEnd,
      media,
      address,
      seenPosts: seenPostsOf(localStorage, person.userId),
      now: Date.now,
      onSignOut: leave,
    },
    person.userId,
  );
  listen(session, listening.signal);
  session.start();
  return session;
}

/** Follows what the browser tells, until the signal. */
function listen(session: ChatSession, signal: AbortSignal): void {
  const isVisible = (): boolean => document.visibilityState === 'visible';
  const looking = setInterval(() => isVisible() && session.moments.look(), LOOK_MS);
  signal.addEventListener('abort', () => clearInterval(looking));
  addEventListener('popstate', () => session.followAddress(), { signal });
  addEventListener('online', () => session.nudge(), { signal });
  document.addEventListener('visibilitychange', () => isVisible() && session.nudge(), { signal });
}

function remember(person: Person | undefined): void {
  rememberPerson(sessionStorage, person);
  if (person !== undefined) return;
  const search = new URLSearchParams(location.search);
  search.delete('as');
  const query = search.toString();
  history.replaceState(null, '', location.pathname + (query === '' ? '' : `?${query}`));
}

document.documentElement.lang = launch.language === 'zh' ? 'zh-CN' : 'en';
const root = document.querySelector('#app');
const known = rememberedPerson(sessionStorage);
if (root) {
  render(
    <ProvideTexts value={texts}>
      <App
        backEnd={backEnd}
        deviceSlot={launch.deviceSlot}
        initialName={launch.as}
        known={launch.as === undefined || launch.as === known?.name ? known : undefined}
        remember={remember}
        openSession={openSession}
      />
    </ProvideTexts>,
    root,
  );
}
