import {
  Audience_Kind,
  CommentServiceDefinition as Comments,
  FriendServiceDefinition as Friends,
  MomentServiceDefinition as Moments,
  PostContent,
  UserServiceDefinition as Users,
  type Audience,
  type Comment,
  type Post,
  type PostsRange,
} from '@queqiao/protocol/client';
import { FriendServiceDefinition as ServerFriends } from '@queqiao/protocol/server';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { newId, type ApiRig, type UserCall } from '../rig/api-rig.js';

export const audience = (
  kind: keyof typeof Audience_Kind,
  userIds: string[] = [],
  tags: string[] = [],
): Audience => ({ kind: Audience_Kind[kind], userIds, tags });

export const saying = (text: string): PostContent => PostContent.create({ text });

export const says = (posts: readonly Post[]) => posts.map(({ content }) => content?.text);

/** New users for every test, with what they do by calls of a node each. */
export class MomentRig {
  #users = 0;

  constructor(
    readonly rig: ApiRig,
    readonly app: TestApp,
  ) {}

  /** Somebody new; every second one comes in through the second node. */
  async user(name: string): Promise<Person> {
    this.#users += 1;
    const id = `${name}-${this.#users}`;
    const node = this.#users % this.rig.nodes.length;
    await this.rig.backEnd(`Bearer ${this.app.credential}`).upsert(id);
    return new Person(id, await this.rig.calls(this.app, id, node));
  }

  rows(sql: string, ...values: (string | number)[]) {
    return queryRows(this.rig.database.url, sql, values);
  }

  /** Whatever was ordered is in the timelines. */
  settled(): Promise<boolean> {
    return eventually('jobs are done', async () => {
      const [row] = await this.rows('SELECT COUNT(*) AS n FROM moment_jobs');
      return row?.['n'] === 0;
    });
  }

  async befriend(...pairs: [Person, Person][]): Promise<void> {
    const backEnd = this.rig.backEndCalls(this.app);
    const named = pairs.map(([a, b]) => ({ userA: a.id, userB: b.id }));
    await backEnd(ServerFriends, 'addFriends', { clientRequestId: newId(), pairs: named });
  }
}

export class Person {
  constructor(
    readonly id: string,
    readonly call: UserCall,
  ) {}

  async post(text: string, more: { audience?: Audience; clientRequestId?: string } = {}) {
    const request = { clientRequestId: newId(), content: saying(text), ...more };
    return (await this.call(Moments, 'createPost', request)).postId;
  }

  edit(postId: string, text: string) {
    const request = { clientRequestId: newId(), postId, content: saying(text) };
    return this.call(Moments, 'editPost', request);
  }

  setAudience(postId: string, to: Audience) {
    const request = { clientRequestId: newId(), postId, audience: to };
    return this.call(Moments, 'setAudience', request);
  }

  delete(postId: string) {
    return this.call(Moments, 'deletePost', { clientRequestId: newId(), postId });
  }

  async get(postId: string): Promise<Post> {
    const { post } = await this.call(Moments, 'getPost', { postId });
    if (post === undefined) throw new Error('an answer without a post');
    return post;
  }

  /** What posts of somebody say, newest first, all pages of them. */
  async postsOf(author: Person, limit = 0): Promise<string[]> {
    const texts: string[] = [];
    for (let pageToken = ''; ;) {
      const request = { userId: author.id, limit, pageToken };
      const { posts, nextPageToken } = await this.call(Moments, 'listPosts', request);
      texts.push(...posts.map(({ content }) => content?.text ?? ''));
      if (nextPageToken === '') return texts;
      pageToken = nextPageToken;
    }
  }

  react(name: 'likePost' | 'unlikePost' | 'sharePost', postId: string) {
    return this.call(Comments, name, { clientRequestId: newId(), postId });
  }

  async comment(postId: string, text: string, replyToCommentId = ''): Promise<string> {
    const request = { clientRequestId: newId(), postId, text, replyToCommentId };
    return (await this.call(Comments, 'createComment', request)).commentId;
  }

  deleteComment(postId: string, commentId: string) {
    const request = { clientRequestId: newId(), postId, commentId };
    return this.call(Comments, 'deleteComment', request);
  }

  /** Who likes a post, all pages of it. */
  async likesOf(postId: string, limit = 0): Promise<string[]> {
    const users: string[] = [];
    for (let pageToken = ''; ;) {
      const page = await this.call(Comments, 'listLikes', { postId, limit, pageToken });
      users.push(...page.likes.map(({ userId }) => userId));
      if (page.nextPageToken === '') return users;
      pageToken = page.nextPageToken;
    }
  }

  async commentsOf(postId: string, limit = 0): Promise<Comment[]> {
    const found: Comment[] = [];
    for (let pageToken = ''; ;) {
      const page = await this.call(Comments, 'listComments', { postId, limit, pageToken });
      found.push(...page.comments);
      if (page.nextPageToken === '') return found;
      pageToken = page.nextPageToken;
    }
  }

  /** What the timeline says, newest first, all pages of it. */
  async timeline(limit = 0): Promise<(string | undefined)[]> {
    const texts: (string | undefined)[] = [];
    for (let pageToken = ''; ;) {
      const page = await this.call(Moments, 'listTimeline', { pageToken, limit });
      texts.push(...says(page.posts));
      if (page.nextPageToken === '') return texts;
      pageToken = page.nextPageToken;
    }
  }

  /** The friend as this one has it from now on. */
  updateFriend(friend: Person, change: object) {
    const request = { clientRequestId: newId(), userId: friend.id, ...change };
    return this.call(Friends, 'updateFriend', request);
  }

  setPostsRange(postsRange: PostsRange) {
    return this.call(Users, 'updateMySettings', { clientRequestId: newId(), postsRange });
  }

  act(name: 'deleteFriend' | 'blockUser' | 'unblockUser', other: Person) {
    return this.call(Friends, name, { clientRequestId: newId(), userId: other.id });
  }
}
