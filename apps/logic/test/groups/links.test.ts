import {
  GroupRole,
  GroupServiceDefinition as Groups,
  type JoinLink,
} from '@queqiao/protocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import { GroupRig, ids } from './group-rig.js';

let rig: GroupRig;
const crowd = Array.from({ length: 8 }, (_, index) => `w${index}`);

beforeAll(async () => {
  rig = await GroupRig.start({ maxGroupMembers: 6 }, 'ann', 'bob', 'carl', 'dora', ...crowd);
});
afterAll(() => rig.stop());

const NOWHERE = { code: 'NOT_FOUND', field: 'token' };

async function link(groupId: string, more: object = {}, who = 'ann'): Promise<JoinLink> {
  const made = await rig.call(who, 'createJoinLink', { ...ids(groupId), ...more });
  if (made.link === undefined) throw new Error('no link');
  return made.link;
}
const come = (who: string, token: string, node = 0) =>
  rig.call(who, 'joinByLink', { clientRequestId: newId(), token }, node);
const look = (who: string, token: string) => rig.call(who, 'getJoinLink', { token });
const revoke = (who: string, groupId: string, token: string) =>
  rig.call(who, 'revokeJoinLink', { ...ids(groupId), token });

describe('a link', () => {
  it('shows a private group to whoever has it, and lets them in', async () => {
    const groupId = await rig.group(['ann', 'bob']);
    await rig.call('ann', 'updateGroup', { ...ids(groupId), announcement: 'Secret' });
    const { token } = await link(groupId);
    expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const seen = await look('carl', token);
    expect(seen).toMatchObject({
      link: { token, groupId, creatorId: 'ann', expiresMs: 0, maxUses: 0, uses: 0 },
      group: { name: 'Team', memberCount: 2, announcement: '' },
    });
    expect(seen.group?.self).toBeUndefined();
    const came = await come('carl', token);
    expect(came).toEqual({ groupId, conversationId: `g:${groupId}` });
    expect(await come('carl', token)).toEqual(came);
    expect(await look('carl', token)).toMatchObject({
      link: { uses: 1 },
      group: { announcement: 'Secret', self: { userId: 'carl' } },
    });
    expect(await rig.said(`g:${groupId}`, 'ann', 'membersJoined')).toEqual([
      { userIds: ['carl'], way: 4, inviterId: '' },
    ]);
    await rig.mustBeSound(groupId);
  });

  it('is made, seen and revoked by those who govern', async () => {
    const groupId = await rig.group(['ann', 'bob', 'carl']);
    const role = { ...ids(groupId), userIds: ['bob'], role: GroupRole.ADMIN };
    await rig.call('ann', 'setRole', role);
    const [one, two] = [await link(groupId), await link(groupId, {}, 'bob')];
    const list = async (who: string) => (await rig.call(who, 'listJoinLinks', { groupId })).links;
    expect((await list('ann')).map(({ token }) => token).sort()).toEqual(
      [one.token, two.token].sort(),
    );
    for (const refused of [
      () => link(groupId, {}, 'carl'),
      () => list('carl'),
      () => revoke('carl', groupId, one.token),
    ]) {
      expect((await failureOf(refused())).code).toBe('PERMISSION_DENIED');
    }
    expect((await failureOf(list('dora'))).code).toBe('NOT_FOUND');
    await revoke('ann', groupId, two.token);
    await revoke('ann', groupId, two.token);
    expect((await list('bob')).map(({ token }) => token)).toEqual([one.token]);
    expect(await failureOf(come('dora', two.token))).toEqual(NOWHERE);
    expect(await failureOf(look('dora', two.token))).toEqual(NOWHERE);
    const other = await rig.group(['ann']);
    expect(await failureOf(revoke('ann', other, one.token))).toEqual(NOWHERE);
    expect(await failureOf(revoke('ann', groupId, 'nothing'))).toEqual(NOWHERE);
  });

  it('leads nowhere once it is used up, over, or its group has ended', async () => {
    const groupId = await rig.group(['ann']);
    const once = await link(groupId, { maxUses: 1 });
    const soon = await link(groupId, { lifetimeMs: 60_000 });
    expect(soon.expiresMs - soon.createdMs).toBe(60_000);
    await come('bob', once.token);
    expect(await failureOf(come('carl', once.token))).toEqual(NOWHERE);
    await rig.rows('UPDATE join_links SET expires_ms = 5 WHERE token = ?', [soon.token]);
    expect(await failureOf(come('carl', soon.token))).toEqual(NOWHERE);
    expect((await rig.call('ann', 'listJoinLinks', { groupId })).links).toEqual([]);
    const last = await link(groupId);
    // Those that lead nowhere were forgotten when it was made.
    expect(
      await rig.rows('SELECT token FROM join_links WHERE conversation_id = ?', [`g:${groupId}`]),
    ).toMatchObject([{ token: last.token }]);
    await rig.call('ann', 'dissolveGroup', ids(groupId));
    expect((await failureOf(come('carl', last.token))).code).toBe('DISSOLVED');
    expect(await failureOf(look('carl', last.token))).toEqual(NOWHERE);
    expect((await failureOf(link(groupId))).code).toBe('DISSOLVED');
  });

  it('is used as often as it may be, however many come at once', async () => {
    const groupId = await rig.group(['ann']);
    const { token } = await link(groupId, { maxUses: 3 });
    const results = await Promise.allSettled(crowd.map((who, n) => come(who, token, n % 2)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const [row] = await rig.rows<{ uses: number }>('SELECT uses FROM join_links WHERE token = ?', [
      token,
    ]);
    expect(row?.uses).toBe(3);
    expect(await rig.members(groupId, 'ann')).toHaveLength(4);
    await rig.mustBeSound(groupId);
  });

  it('does not widen a group, and a repeated call is answered after the link is forgotten', async () => {
    const groupId = await rig.group(['ann', ...crowd.slice(0, 4)]);
    const { token } = await link(groupId);
    const request = { clientRequestId: newId(), token };
    const came = await rig.call('bob', 'joinByLink', request);
    const full = failureOf(come('carl', token));
    expect(await full).toEqual({ code: 'LIMIT_EXCEEDED', field: 'maxGroupMembers' });
    await rig.rows('DELETE FROM join_links WHERE token = ?', [token]);
    expect(await rig.call('bob', 'joinByLink', request)).toEqual(came);
    expect(await failureOf(come('dora', token))).toEqual(NOWHERE);
  });

  it('of another app leads nowhere', async () => {
    const { token } = await link(await rig.group(['ann']));
    const rival = await rig.api.createApp('rival');
    const mallory = await rig.api.calls(rival, 'mallory');
    expect(await failureOf(mallory(Groups, 'getJoinLink', { token }))).toEqual(NOWHERE);
    const joining = mallory(Groups, 'joinByLink', { clientRequestId: newId(), token });
    expect(await failureOf(joining)).toEqual(NOWHERE);
  });

  it('is one of a hundred at most, and refuses what cannot be right', async () => {
    const groupId = await rig.group(['ann']);
    for (const [more, field] of [
      [{ lifetimeMs: -1 }, 'lifetime_ms'],
      [{ lifetimeMs: 31_536_000_001 }, 'lifetime_ms'],
      [{ maxUses: -1 }, 'max_uses'],
      [{ maxUses: 1_000_001 }, 'max_uses'],
    ] as const) {
      const failure = await failureOf(link(groupId, more));
      expect(failure).toEqual({ code: 'INVALID_ARGUMENT', field });
    }
    for (const token of ['', 'a:b', 'x'.repeat(65)]) {
      expect(await failureOf(look('ann', token))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    for (let n = 0; n < 100; n += 1) await link(groupId);
    const over = await failureOf(link(groupId));
    expect(over).toEqual({ code: 'LIMIT_EXCEEDED', field: 'group_id' });
    const { links } = await rig.call('ann', 'listJoinLinks', { groupId });
    expect(links).toHaveLength(100);
    await revoke('ann', groupId, links[0]?.token ?? '');
    await link(groupId);
  });
});
