import {
  MomentNotice_Kind,
  MomentNoticeServiceDefinition as Notices,
  type MomentNotice,
} from '@queqiao/protocol/client';
import { queryRows } from '@queqiao/testkit';
import { mustEqual } from './demands.js';
import type { MomentWorld } from './moment-world.js';
import { allPages } from './pages.js';
import type { PlainNotice } from './plain-notices.js';
import { personAt, type StepOf } from './program-steps.js';
import { meantComment, shownComment } from './shown-posts.js';

/** What was written is what had to be; and where it stands in the feeds. */
export async function compareWritten(world: MomentWorld): Promise<void> {
  const { people, notices } = world;
  const places = people.map(() => '?').join(', ');
  const rows = await queryRows(
    world.place.rig.database.url,
    `SELECT * FROM moment_notices WHERE user_id IN (${places})`,
    people.map((name) => world.idOf(name)),
  );
  const name = (value: unknown) => world.nameOf(String(value));
  const seqs = new Map(
    rows.map((row) => {
      const { user_id: to, post_id: post, actor_id: actor, comment_id: comment } = row;
      const kind = String(row['kind']).toUpperCase();
      return [[name(to), kind, name(post), name(actor), name(comment)].join(), row['seq']];
    }),
  );
  mustEqual([...seqs.keys()].sort(), notices.notices.map(key).sort());
  for (const notice of notices.notices) notice.seq = Number(seqs.get(key(notice)));
}

function key({ to, kind, post, actor, comment }: PlainNotice): string {
  return [to, kind, post.name, actor, comment?.name ?? ''].join();
}

export async function readNotices(
  world: MomentWorld,
  viewer: string,
  { limit, unreadOnly }: { readonly limit: number; readonly unreadOnly: boolean },
): Promise<void> {
  const shown = await allPages(async (page) => {
    const request = { unreadOnly, ...page };
    const answer = await world.call(viewer)(Notices, 'listMomentNotices', request);
    return { ...answer, rows: answer.notices };
  }, limit);
  const meant = world.notices.listOf(viewer, unreadOnly);
  mustEqual(
    shown.map((notice) => shownNotice(world, notice)),
    meant.map((notice) => meantNotice(world, notice)),
  );
  const { unreadCount } = await world.call(viewer)(Notices, 'countMomentNotices', {});
  mustEqual(unreadCount, world.notices.listOf(viewer, true).length);
}

function shownNotice(world: MomentWorld, notice: MomentNotice): object {
  const { seq, unread, kind, postId, actorId, comment } = notice;
  const what = `${MomentNotice_Kind[kind]} of ${world.nameOf(actorId)} on ${world.nameOf(postId)}`;
  return { seq, unread, what, comment: comment && shownComment(world, comment) };
}

function meantNotice(world: MomentWorld, notice: PlainNotice): object {
  const { seq, to, kind, actor, post, comment } = notice;
  return {
    seq,
    unread: world.notices.isUnread(notice),
    what: `${kind} of ${actor} on ${post.name}`,
    comment: comment && meantComment(world, to, comment),
  };
}

export async function markNotices(world: MomentWorld, step: StepOf<'mark'>): Promise<void> {
  const who = personAt(step.who);
  const listed = world.notices.listOf(who, false);
  const last = listed[step.pick % Math.max(1, listed.length)];
  if (last === undefined || last.seq === 0) return;
  world.lines.push(`${who} has read notices up to the one by ${last.actor} on ${last.post.name}`);
  const request = { throughSeq: last.seq };
  const { unreadCount } = await world.call(who)(Notices, 'markMomentNoticesRead', request);
  world.notices.mark(who, last.seq);
  mustEqual(unreadCount, world.notices.listOf(who, true).length);
}
