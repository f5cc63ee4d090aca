import {
  Audience_Kind,
  MomentNotice_Kind,
  QueqiaoError,
  type ClientEvents,
  type MomentNotice,
  type Post,
} from '@queqiao/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { FOR_FRIENDS, NO_DRAFT, NO_MOMENTS, type MomentsState } from '../state/moments-state.js';
import { MomentsSession, type MomentsClient } from './moments-session.js';

const COMMENT = {
  commentId: 'c1',
  authorId: 'carol',
  text: 'Nice',
  createdMs: 2,
  replyToCommentId: 'c0',
  replyToUserId: 'dave',
};

function post(postId: string, authorId: string, createdMs: number): Post {
  return {
    postId,
    authorId,
    content: {
      text: `of ${authorId}`,
      images: [],
      video: undefined,
      location: undefined,
      link: undefined,
      mentionedUserIds: ['erin'],
    },
    audience:
      authorId === 'alice' ? { kind: Audience_Kind.UNSPECIFIED, userIds: [], tags: [] } : undefined,
    createdMs,
    editedMs: 3,
    revision: 1,
    likes: { count: 1, countIsBound: false, mine: false, userIds: ['frank'] },
    comments: { count: 1, countIsBound: false, comments: [COMMENT] },
    shareCount: 2,
  };
}

class FakeList {
  posts: Post[] = [];
  loaded = true;
  complete = false;
  problem: QueqiaoError | undefined;

  constructor(
    readonly name: string,
    readonly calls: string[],
  ) {}

  loadNew = async () => (this.calls.push(`new ${this.name}`), []);
  loadMore = async () => (this.calls.push(`more ${this.name}`), true);
  close = () => void this.calls.push(`close ${this.name}`);
}

/** The client library as far as it is about posts; tests play the server. */
class FakeMomentsClient {
  readonly listeners = new Map<string, (event: never) => void>();
  readonly calls: string[] = [];
  readonly lists = new Map<string, FakeList>();
  refusal: QueqiaoError | undefined;
  comments = [[COMMENT], [{ ...COMMENT, commentId: 'c2', authorId: 'gina' }]];

  on = (name: string, listener: (event: never) => void) => {
    this.listeners.set(name, listener);
    return () => undefined;
  };
  emit<N extends keyof ClientEvents>(name: N, event: ClientEvents[N]) {
    this.listeners.get(name)?.(event as never);
  }
  list(name: string): FakeList {
    const list = this.lists.get(name) ?? new FakeList(name, this.calls);
    this.lists.set(name, list);
    return list;
  }
  async done(...call: unknown[]): Promise<void> {
    this.calls.push(
      call.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '),
    );
    if (this.refusal !== undefined) throw this.refusal;
  }
  sendText = (id: string, text: string) => this.done('send', id, text);
  directConversation = (userId: string) => `d:alice:${userId}`;
  moments = {
    notices: {
      list: [] as MomentNotice[],
      unreadCount: 0,
      loaded: true,
      complete: true,
      load: () => undefined,
      refresh: () => this.done('notices'),
      markRead: () => this.done('read'),
      loadMore: () => this.done('more notices'),
    },
    timeline: () => this.list('timeline'),
    ofUser: (userId: string) => this.list(userId),
    watch: (postId: string) => this.list(postId),
    post: (...all: unknown[]) => this.done('post', ...all),
    like: (id: string) => this.done('like', id),
    unlike: (id: string) => this.done('unlike', id),
    comment: (...all: unknown[]) => this.done('comment', ...all),
    share: (id: string) => this.done('share', id),
    listComments: async (_id: string, { pageToken }: { pageToken: string }) => {
      const at = Number(pageToken || 0);
      const nextPageToken = at + 1 < this.comments.length ? String(at + 1) : '';
      return { comments: this.comments[at] ?? [], nextPageToken };
    },
  };
}

let client: FakeMomentsClient;
let session: MomentsSession;
let state: MomentsState;
let named: string[];
let seenMs: number;

beforeEach(() => {
  client = new FakeMomentsClient();
  state = NO_MOMENTS;
  named = [];
  seenMs = 0;
  session = new MomentsSession({
    client: client as unknown as MomentsClient,
    media: { image: () => Promise.reject(), video: () => Promise.reject() },
    meId: 'alice',
    state: () => state,
    change: (change) => void (state = { ...state, ...change }),
    open: (address) => void client.calls.push(`open ${address}`),
    want: (ids) => void named.push(...ids),
    seen: { get: () => seenMs, set: (ms) => void (seenMs = ms) },
  });
  session.start();
});

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The list has these posts now. */
function told(name: string, ...posts: Post[]): FakeList {
  const list = client.list(name);
  list.posts = posts;
  client.emit('watchedPosts', list as never);
  return list;
}

describe('MomentsSession', () => {
  it('shows the timeline in the page’s own terms, and names everyone', () => {
    told('timeline', post('p1', 'alice', 5));
    expect(state.posts).toEqual([]);
    session.opened({ kind: 'timeline' });
    expect([state.status, state.complete]).toEqual(['ready', false]);
    expect(state.posts).toMatchObject([
      {
        postId: 'p1',
        text: 'of alice',
        audience: { kind: 'friends' },
        edited: true,
        likes: { count: 1, userIds: ['frank'] },
        comments: { list: [{ authorId: 'carol', replyToId: 'dave' }] },
        shares: 2,
      },
    ]);
    expect(new Set(named)).toEqual(new Set(['alice', 'frank', 'erin', 'carol', 'dave']));
  });

  it('marks posts of friends as new until the timeline was looked at, own ones never', () => {
    told('timeline', post('p1', 'alice', 5));
    expect(state.hasNew).toBe(false);
    told('timeline', post('p2', 'bob', 6), post('p1', 'alice', 5));
    expect(state.hasNew).toBe(true);
    session.opened({ kind: 'timeline' });
    expect([state.hasNew, seenMs]).toEqual([false, 6]);
    told('timeline', post('p3', 'bob', 7));
    expect([state.hasNew, seenMs]).toEqual([false, 7]);
    session.opened(undefined);
    told('timeline', post('p3', 'bob', 7));
    expect(state.hasNew).toBe(false);
    told('timeline', post('p4', 'bob', 8));
    expect(state.hasNew).toBe(true);
  });

  it('shows what is open and nothing else, and closes what was', () => {
    session.opened({ kind: 'person', userId: 'bob' });
    told('timeline', post('p1', 'carol', 1));
    told('bob', post('p2', 'bob', 2));
    expect(state.posts.map(({ postId }) => postId)).toEqual(['p2']);
    session.opened({ kind: 'person', userId: 'carol' });
    expect(client.calls).toContain('close bob');
    told('bob', post('p3', 'bob', 3));
    expect(state.posts).toEqual([]);
  });

  it('tells loading, failed and no connection apart', () => {
    const list = client.list('timeline');
    list.loaded = false;
    session.opened({ kind: 'timeline' });
    expect(state.status).toBe('loading');
    list.problem = new QueqiaoError('UNAVAILABLE', 'x', { field: 'connection' });
    told('timeline');
    expect(state.status).toBe('loading');
    list.problem = new QueqiaoError('INTERNAL', 'x');
    told('timeline');
    expect(state.status).toBe('failed');
  });

  it('shows all comments of the one post that is open, also of more than one page', async () => {
    session.opened({ kind: 'post', postId: 'p1' });
    const one = post('p1', 'bob', 1);
    told('p1', { ...one, comments: { count: 2, countIsBound: false, comments: [COMMENT] } });
    await settle();
    expect(state.comments?.map(({ commentId }) => commentId)).toEqual(['c1', 'c2']);
    expect(named).toContain('gina');
    told('p1', one);
    expect(state.comments).toBeUndefined();
  });

  it('shows notices and reads them once', async () => {
    const { notices } = client.moments;
    const about = { seq: 4, postId: 'p1', actorId: 'bob', createdMs: 1, unread: true };
    notices.list = [
      { ...about, kind: MomentNotice_Kind.REPLY, comment: COMMENT },
      { ...about, kind: MomentNotice_Kind.LIKE, comment: undefined },
    ];
    notices.unreadCount = 2;
    client.emit('momentNotices', { notices: notices.list, unreadCount: 2 });
    expect(state.unreadNotices).toBe(2);
    expect(state.notices).toMatchObject([
      { kind: 'reply', text: 'Nice', actorId: 'bob' },
      { kind: 'like', text: '' },
    ]);
    session.opened({ kind: 'notices' });
    session.seeNotices();
    notices.unreadCount = 0;
    session.seeNotices();
    await settle();
    expect(client.calls.filter((call) => call === 'read')).toHaveLength(1);
    expect(client.calls).toContain('notices');
    await session.loadMore();
    expect(client.calls.at(-1)).toBe('more notices');
  });

  it('turns wishes into calls', async () => {
    session.open({ kind: 'post', postId: 'p1' });
    const link = { url: 'https://example.com/', title: ' ', description: '' };
    const some = { kind: 'except', userIds: ['bob'], tags: ['work'] } as const;
    await session.publish({ ...NO_DRAFT, text: ' Hello ', link }, some);
    await session.publish({ ...NO_DRAFT, text: 'x' }, { ...some, kind: 'private' });
    await session.like('p1', true);
    await session.like('p1', false);
    await session.comment('p1', 'Hm', undefined);
    await session.share('p1', 'bob', 'look');
    const { calls } = client;
    expect(calls[0]).toBe('open moments:post:p1');
    expect(calls[1]).toContain('"text":"Hello"');
    expect(calls[1]).toContain('"title":"https://example.com/"');
    expect(calls[1]).toContain(
      `{"kind":${Audience_Kind.EXCEPT},"userIds":["bob"],"tags":["work"]}`,
    );
    expect(calls[2]).toContain(`{"kind":${Audience_Kind.PRIVATE},"userIds":[],"tags":[]}`);
    expect(calls.slice(3)).toEqual([
      'like p1',
      'unlike p1',
      'comment p1 Hm ',
      'send d:alice:bob look',
      'share p1',
    ]);
  });

  it('tells in words of its own why something is refused, and shares nothing that was not sent', async () => {
    client.refusal = new QueqiaoError('NOT_FOUND', 'x');
    await expect(session.like('p1', true)).rejects.toMatchObject({ key: 'postGone' });
    await expect(session.comment('p1', 'x', undefined)).rejects.toMatchObject({
      key: 'commentGone',
    });
    client.refusal = new QueqiaoError('LIMIT_EXCEEDED', 'x');
    await expect(session.publish(NO_DRAFT, FOR_FRIENDS)).rejects.toMatchObject({
      key: 'postTooLong',
    });
    client.refusal = new QueqiaoError('BLOCKED', 'x');
    await expect(session.share('p1', 'bob', 'look')).rejects.toMatchObject({
      key: 'theyBlockedYou',
    });
    expect(client.calls.at(-1)).toBe('send d:alice:bob look');
  });
});
