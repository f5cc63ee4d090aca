import { MomentServiceDefinition as Moments } from '@queqiao/protocol/client';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig } from '../rig/api-rig.js';
import { audience, MomentRig, says, type Person } from './moment-rig.js';

let rig: ApiRig;
let app: TestApp;
let moments: MomentRig;
let ann: Person;
let bob: Person;
let carol: Person;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  moments = new MomentRig(rig, app);
});
afterAll(() => rig.stop());
/** Bob is a friend of ann's and carol's. */
beforeEach(async () => {
  ann = await moments.user('ann');
  bob = await moments.user('bob');
  carol = await moments.user('carol');
  await moments.befriend([ann, bob], [bob, carol]);
});

describe('a timeline', () => {
  it('has own posts at once and those of friends soon, newest first, by pages of any size', async () => {
    await ann.post('a1');
    await bob.post('b1');
    await carol.post('c1');
    await ann.post('a2');
    expect(await ann.timeline()).toContain('a2');
    await moments.settled();
    for (const limit of [1, 2, 3, 50]) {
      expect(await bob.timeline(limit)).toEqual(['a2', 'c1', 'b1', 'a1']);
      expect(await ann.timeline(limit)).toEqual(['a2', 'b1', 'a1']);
    }
  });

  it('shows what its reader may see when it is read', async () => {
    const edited = await ann.post('one');
    const secret = await ann.post('secret', { audience: audience('ONLY', [bob.id]) });
    const gone = await ann.post('gone');
    await moments.settled();
    expect(await bob.timeline()).toEqual(['gone', 'secret', 'one']);
    await ann.edit(edited, 'two');
    await ann.setAudience(secret, audience('EXCEPT', [bob.id]));
    await ann.delete(gone);
    expect(await bob.timeline()).toEqual(['two']);
    await ann.act('blockUser', bob);
    expect(await bob.timeline()).toEqual([]);
    await ann.act('unblockUser', bob);
    await ann.updateFriend(bob, { hideMyPosts: true });
    expect(await bob.timeline()).toEqual([]);
    await ann.updateFriend(bob, { hideMyPosts: false });
    expect(await bob.timeline()).toEqual(['two']);
    await bob.act('deleteFriend', ann);
    expect([await bob.timeline(), await bob.postsOf(ann)]).toEqual([[], []]);
  });

  it('leaves out whom its reader does not care for, who stays to be seen elsewhere', async () => {
    const postId = await ann.post('a');
    await carol.post('c');
    await moments.settled();
    await bob.updateFriend(ann, { hideTheirPosts: true });
    expect(await bob.timeline()).toEqual(['c']);
    expect(await bob.postsOf(ann)).toEqual(['a']);
    expect((await bob.get(postId)).content?.text).toBe('a');
    await bob.updateFriend(ann, { hideTheirPosts: false });
    expect(await bob.timeline()).toEqual(['c', 'a']);
  });

  it('gets what was for others before', async () => {
    const postId = await ann.post('private', { audience: audience('PRIVATE') });
    await moments.settled();
    expect(await bob.timeline()).toEqual([]);
    await ann.setAudience(postId, audience('FRIENDS'));
    await moments.settled();
    expect(await bob.timeline()).toEqual(['private']);
  });

  it('gets posts of a new friend from before, each once', async () => {
    await ann.post('a1');
    await carol.post('c1');
    await moments.befriend([ann, carol]);
    await ann.post('a2');
    await moments.settled();
    expect(await carol.timeline()).toEqual(['a2', 'c1', 'a1']);
    expect(await ann.timeline()).toEqual(['a2', 'c1', 'a1']);
    await ann.act('deleteFriend', carol);
    expect(await carol.timeline()).toEqual(['c1']);
    await moments.befriend([ann, carol]);
    await moments.settled();
    expect(await carol.timeline()).toEqual(['a2', 'c1', 'a1']);
  });

  it('is scrolled without a hole or a repeat while posts come and go', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await ann.post(`a${n}`));
    await moments.settled();
    const first = await bob.call(Moments, 'listTimeline', { limit: 2 });
    await ann.post('new');
    await ann.delete(ids[3] ?? '');
    await moments.settled();
    const request = { limit: 50, pageToken: first.nextPageToken };
    const rest = await bob.call(Moments, 'listTimeline', request);
    expect([...says(first.posts), ...says(rest.posts)]).toEqual(['a5', 'a4', 'a2', 'a1', 'a0']);
    expect(rest).toMatchObject({ nextPageToken: '', newerToken: '' });
  });
});
