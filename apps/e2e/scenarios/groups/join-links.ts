import { GroupServiceDefinition as Groups, JoinWay, type JoinLink } from '@queqiao/protocol/client';
import { queryRows, type TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, foundGroup } from '../../src/stage/group.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';

const GROUP = { groupId: 'linked' };
const CHAT = 'g:linked';
const NOWHERE = 'NOT_FOUND token';
const HOUR_MS = 3_600_000;

/** What a link says, a QR code shows. */
export function joinLinks(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'join-links');

  async function make(more: object = {}): Promise<JoinLink> {
    const alice = stage().person('alice');
    const { link } = await alice.does(Groups, 'createJoinLink', { ...GROUP, ...more });
    if (link === undefined) throw new Error('no link');
    return link;
  }

  async function leadsNowhere(token: string, who: Person): Promise<void> {
    expect(await who.refused(Groups, 'getJoinLink', { token })).toBe(NOWHERE);
    expect(await who.refused(Groups, 'joinByLink', { token })).toBe(NOWHERE);
  }

  async function leave(who: Person, ...listeners: Person[]): Promise<void> {
    await who.does(Groups, 'leaveGroup', GROUP);
    await allHear([who, ...listeners], CHAT, { membersLeft: { userIds: [who.id] } });
  }

  async function come(who: Person, token: string, ...listeners: Person[]): Promise<void> {
    const came = await who.does(Groups, 'joinByLink', { token });
    expect(came).toEqual({ ...GROUP, conversationId: CHAT });
    const joined = { userIds: [who.id], way: JoinWay.LINK, inviterId: '' };
    await allHear([who, ...listeners], CHAT, { by: who.id, membersJoined: joined });
  }

  it('show a private group to whoever has them, and let them in', async () => {
    const [alice, bob, carol] = stage().cast;
    await foundGroup([alice, bob], GROUP);
    const { token } = await make();
    const seen = await carol.reads(Groups, 'getJoinLink', { token });
    expect(seen).toMatchObject({
      link: { token, uses: 0 },
      group: { name: 'Team', memberCount: 2 },
    });
    expect(seen.group?.self).toBeUndefined();
    await come(carol, token, alice, bob);
    const { links } = await alice.reads(Groups, 'listJoinLinks', GROUP);
    expect(links).toMatchObject([{ token, creatorId: 'alice', uses: 1 }]);
    // Being in already is no use of it.
    await carol.does(Groups, 'joinByLink', { token });
    expect((await bob.reads(Groups, 'getJoinLink', { token })).link).toMatchObject({ uses: 1 });
    await leave(carol, alice, bob);
  });

  it('lead nowhere once they are revoked', async () => {
    const [alice, bob, carol] = stage().cast;
    const { token } = await make();
    const own = { ...GROUP, token };
    expect(await bob.refused(Groups, 'revokeJoinLink', own)).toBe('PERMISSION_DENIED');
    await alice.does(Groups, 'revokeJoinLink', own);
    await leadsNowhere(token, carol);
    const { links } = await alice.reads(Groups, 'listJoinLinks', GROUP);
    expect(links.map((link) => link.token)).not.toContain(token);
  });

  it('lead nowhere once their time is over', async () => {
    const carol = stage().person('carol');
    const { token, expiresMs, createdMs } = await make({ lifetimeMs: HOUR_MS });
    expect(expiresMs - createdMs).toBe(HOUR_MS);
    await carol.reads(Groups, 'getJoinLink', { token });
    const sql = 'UPDATE join_links SET expires_ms = expires_ms - ? WHERE app_id = ? AND token = ?';
    const values = [HOUR_MS, stage().app.appId, token];
    await queryRows(cluster().database.rootUrl, sql, values);
    await leadsNowhere(token, carol);
  });

  it('let as many in as they were made for', async () => {
    const [alice, bob, carol] = stage().cast;
    const { token, maxUses } = await make({ maxUses: 1 });
    expect(maxUses).toBe(1);
    await come(carol, token, alice, bob);
    await leave(carol, alice, bob);
    await leadsNowhere(token, carol);
  });

  it('are made, seen and revoked by those who govern alone', async () => {
    const [, bob, carol] = stage().cast;
    expect(await bob.refused(Groups, 'createJoinLink', GROUP)).toBe('PERMISSION_DENIED');
    expect(await bob.refused(Groups, 'listJoinLinks', GROUP)).toBe('PERMISSION_DENIED');
    // Carol was in it, and is no more.
    expect(await carol.refused(Groups, 'createJoinLink', GROUP)).toBe('NOT_A_MEMBER');
  });
}
