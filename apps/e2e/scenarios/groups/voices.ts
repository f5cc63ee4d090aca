import { setTimeout as sleep } from 'node:timers/promises';
import { GroupServiceDefinition as Groups } from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, appoint, foundGroup } from '../../src/stage/group.js';
import { useStage } from '../../src/stage/stage.js';

const GROUP = { groupId: 'team' };
const CHAT = 'g:team';
const HOUR_MS = 3_600_000;
/** Not over before the call is carried out. */
const MOMENT_MS = 6_000;

export function voices(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'voices');

  async function mute(userIds: string[], untilMs: number): Promise<void> {
    const [alice, bob, carol] = stage().cast;
    await alice.does(Groups, 'muteMembers', { ...GROUP, userIds, untilMs });
    const told = { by: 'alice', membersMuted: { userIds, untilMs } };
    await allHear([alice, bob, carol], CHAT, told);
    for (const person of [bob, carol].filter(({ id }) => userIds.includes(id))) {
      await person.holds(CHAT, { mutedUntilMs: untilMs });
    }
  }

  it('a muted member does not, until that is taken back', async () => {
    const [alice, bob, carol] = stage().cast;
    await foundGroup([alice, bob, carol], GROUP);
    const untilMs = Date.now() + HOUR_MS;
    await mute(['bob', 'carol'], untilMs);
    for (const person of [bob, carol]) expect(await person.cannotSay(CHAT)).toBe('MUTED');
    await alice.says(CHAT, 'quiet, please', bob, carol);
    const { members } = await carol.reads(Groups, 'getMembers', { ...GROUP, userIds: ['bob'] });
    expect(members).toMatchObject([{ mutedUntilMs: untilMs }]);
    await mute(['bob'], 0);
    await bob.says(CHAT, 'sorry', alice, carol);
    expect(await carol.cannotSay(CHAT)).toBe('MUTED');
  });

  it('a mute outlasts leaving and coming back', async () => {
    const [alice, bob, carol] = stage().cast;
    await carol.does(Groups, 'leaveGroup', GROUP);
    await allHear([alice, bob, carol], CHAT, { membersLeft: { userIds: ['carol'] } });
    await bob.does(Groups, 'addMembers', { ...GROUP, userIds: ['carol'] });
    await allHear([alice, bob, carol], CHAT, { membersJoined: { userIds: ['carol'] } });
    expect(await carol.cannotSay(CHAT)).toBe('MUTED');
    await mute(['carol'], 0);
    await carol.says(CHAT, 'back', alice, bob);
  });

  it('a mute ends by itself when its time is over, with nobody told', async () => {
    const [alice, bob, carol] = stage().cast;
    const untilMs = Date.now() + MOMENT_MS;
    await alice.does(Groups, 'muteMembers', { ...GROUP, userIds: ['carol'], untilMs });
    await allHear([alice, bob, carol], CHAT, { membersMuted: { untilMs } });
    await sleep(untilMs - Date.now() + 50);
    expect(await carol.says(CHAT, 'free', alice, bob)).toBeGreaterThan(1);
  });

  it('where all are muted, only the owner and admins do', async () => {
    const [alice, bob, carol] = stage().cast;
    await appoint(alice, 'team', bob, carol);
    const muteAll = async (allMuted: boolean) => {
      await bob.does(Groups, 'updateGroup', { ...GROUP, allMuted });
      await allHear([alice, bob, carol], CHAT, { by: 'bob', groupUpdated: { allMuted } });
    };
    await muteAll(true);
    expect(await carol.cannotSay(CHAT)).toBe('MUTED');
    await bob.says(CHAT, 'read this', alice, carol);
    await alice.says(CHAT, 'and that', bob, carol);
    await muteAll(false);
    await carol.says(CHAT, 'done', alice, bob);
  });
}
