import { PostContent } from '@queqiao/protocol/client';
import type { WatchedPosts } from '../../src/index.js';
import { Scene, type Device } from '../rig/scene.js';

/** Alice and Bob, friends of each other, both online. */
export async function twoFriends() {
  const scene = new Scene();
  scene.server.people.befriend('alice', 'bob');
  const [alice, bob] = await Promise.all([scene.online('alice'), scene.online('bob')]);
  return { scene, alice, bob, moments: scene.server.moments };
}

/** Runs to its end, as far as that needs no time. */
export async function answer<Result>(scene: Scene, call: Promise<Result>): Promise<Result> {
  call.catch(() => undefined);
  await scene.settle();
  return call;
}

/** The list with its first page. */
export async function watched(
  scene: Scene,
  { client }: Device,
  open: (moments: Device['client']['moments']) => WatchedPosts = (moments) => moments.timeline(),
): Promise<WatchedPosts> {
  const list = open(client.moments);
  await scene.settle();
  return list;
}

export function texts(list: WatchedPosts): string[] {
  return list.posts.map(({ content }) => content?.text ?? '');
}

export function saying(text: string): PostContent {
  return PostContent.create({ text });
}

export function asked(scene: Scene, wanted: string): number {
  return scene.server.calls.filter(({ method }) => method === wanted).length;
}
