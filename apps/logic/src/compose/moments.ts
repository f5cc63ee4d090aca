import type { Database } from '@queqiao/store-mysql';
import { postNotices, type MomentUsecases } from '../api/index.js';
import type { Delivery } from '../delivery/index.js';
import type { Apps } from '../usecase/app/ports.js';
import type { ChangeOptions } from '../usecase/change/ports.js';
import { CreatePost } from '../usecase/moment/create-post.js';
import { DeletePost } from '../usecase/moment/delete-post.js';
import { EditPost } from '../usecase/moment/edit-post.js';
import { GetPost } from '../usecase/moment/get-post.js';
import { ListPosts } from '../usecase/moment/list-posts.js';
import { ListNewPosts } from '../usecase/moment/list-new-posts.js';
import { ListTimeline } from '../usecase/moment/list-timeline.js';
import { SetAudience } from '../usecase/moment/set-audience.js';
import { commitPusher } from './pushers.js';

export interface MomentDeps {
  readonly database: Pick<Database, 'posts' | 'timelines'>;
  readonly delivery: Pick<Delivery, 'pushChange'>;
  readonly apps: Apps;
}

/** Every operation on what users show to friends. */
export function momentUsecases(
  { database, delivery, apps }: MomentDeps,
  options: ChangeOptions,
): MomentUsecases {
  const { posts, timelines } = database;
  const push = commitPusher(delivery);
  const change = [{ apps, posts, notices: postNotices, push }, options] as const;
  return {
    createPost: new CreatePost(...change),
    editPost: new EditPost(...change),
    setAudience: new SetAudience(...change),
    deletePost: new DeletePost(...change),
    getPost: new GetPost({ posts }),
    listPosts: new ListPosts({ posts }),
    listTimeline: new ListTimeline({ timelines }),
    listNewPosts: new ListNewPosts({ timelines }),
  };
}
