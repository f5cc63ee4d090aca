import {
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as Groups,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, foundGroup } from '../../src/stage/group.js';
import { useStage } from '../../src/stage/stage.js';
import { newId } from '../../src/stage/two-ways.js';
import { LIMIT_MS, race, ROUNDS, Tally, type Outcome } from './race.js';

const EACH = 4;

/** What is said while the sender loses the right to say it: before that moment it is stored, and refused from then on. */
export function messageRaces(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'message-races');

  /** Messages of carol by both devices, half of them begun before what `between` does and half after. */
  async function talk(
    round: number,
    chat: string,
    between: () => Promise<unknown>,
  ): Promise<Outcome[]> {
    const { devices } = stage().person('carol');
    const say = devices.map((device) => () => device.send(chat, newId(), 'still here'));
    const half = Array.from({ length: EACH / 2 }, () => say).flat();
    const outcomes = await race(round, ...half, between, ...half);
    const [done] = outcomes.splice(half.length, 1);
    expect(done).toHaveProperty('answer');
    return outcomes;
  }

  /** The seqs that were answered, ascending; all others were refused with this code. */
  function stored(outcomes: readonly Outcome[], code: string): number[] {
    const refused = outcomes.filter((outcome) => 'code' in outcome);
    expect(refused).toEqual(refused.map(() => ({ code })));
    const seqs = outcomes.flatMap((outcome) =>
      'answer' in outcome ? [Number(outcome.answer)] : [],
    );
    return seqs.sort((a, b) => a - b);
  }

  it('of who is removed are before the removal, or refused', { timeout: LIMIT_MS }, async () => {
    const [alice, bob, carol] = stage().cast;
    const tally = new Tally('messages before a removal');
    for (let round = 0; round < ROUNDS; round += 1) {
      const groupId = await foundGroup([alice, bob, carol]);
      const chat = `g:${groupId}`;
      const removal = { clientRequestId: newId(), groupId, userIds: ['carol'] };
      const outcomes = await talk(round, chat, () =>
        alice.phone.call(Groups, 'removeMembers', removal),
      );
      const seqs = stored(outcomes, 'NOT_A_MEMBER');
      // The first entry is the creation: what was answered stands from the second on, without a gap, and then the removal.
      expect(seqs).toEqual(seqs.map((_, index) => index + 2));
      const said = seqs.map(() => ({ by: 'carol', text: { text: 'still here' } }));
      const left = { by: 'alice', membersLeft: { userIds: ['carol'] } };
      await allHear([alice, bob, carol], chat, ...said, left);
      tally.count(`${seqs.length} of ${2 * EACH}`);
    }
    tally.print();
  });

  it(
    'to who blocks the sender are before the block, or refused',
    { timeout: LIMIT_MS },
    async () => {
      const [alice, , carol] = stage().cast;
      const chat = 'd:alice:carol';
      const tally = new Tally('messages before a block');
      let last = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const ids = () => ({ clientRequestId: newId(), userId: 'carol' });
        const outcomes = await talk(round, chat, () =>
          alice.desk.call(Friends, 'blockUser', ids()),
        );
        const seqs = stored(outcomes, 'BLOCKED');
        expect(seqs).toEqual(seqs.map((_, index) => last + index + 1));
        last += seqs.length;
        const said = seqs.map(() => ({ by: 'carol', text: { text: 'still here' } }));
        await allHear([alice, carol], chat, ...said);
        await alice.hears('s:alice', { blockChanged: { userId: 'carol', blocked: true } });
        await alice.does(Friends, 'unblockUser', { userId: 'carol' });
        await alice.hears('s:alice', { blockChanged: { userId: 'carol', blocked: false } });
        tally.count(`${seqs.length} of ${2 * EACH}`);
      }
      tally.print();
    },
  );
}
