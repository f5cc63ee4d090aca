import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@queqiao/dev-stack';
import { Sender_Kind } from '@queqiao/protocol/client';
import { BareDevice, eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { text } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';
import { ReceiverProcess } from '../webhooks/receiver-process.js';
import { isSigned } from '../webhooks/webhook-rules.js';
import { CHAT, isOk, JudgedApp, refusal, seqOf, TEAM } from './judged-app.js';

const cluster = useCluster({ connect: 2, logic: 2 });
/** What is promised of changes of a hook. */
const BOUND_MS = 5_000;
const UNANSWERED = "the app's hook does not answer";
/** Every answer that is none. */
const FAILURES = 'hang cut error nothing garbage list null huge broken redirect drip later'.split(
  ' ',
);

let judge: ReceiverProcess;

beforeAll(async () => {
  judge = new ReceiverProcess(
    await freePort(),
    join(cluster().dir, 'asked'),
    join(import.meta.dirname, 'judge.ts'),
  );
  await judge.start();
});
afterAll(() => judge.kill());

/** Where, and what. */
function saidTo(device: BareDevice): string[] {
  return device.all('push').flatMap(({ event }) => {
    if (event?.$case !== 'entry') return [];
    const { conversationId, seq, content } = event.value;
    const words = content?.body?.$case === 'text' ? content.body.value.text : '';
    return [`${conversationId} ${seq} ${words}`];
  });
}

it('what the hook says is done, by every way, to a person and to a group', async () => {
  const app = await JudgedApp.create(cluster(), judge, 'judged');
  const secret = await app.setHook('refuse');
  const { socketUrl } = cluster().connectAt(1);
  const token = await app.app.token('bob');
  const bob = await BareDevice.signIn(socketUrl, { token, deviceId: 'phone' });
  for (const to of [CHAT, TEAM]) {
    expect(
      await app.byAll((way) => app.send('pass on', { way, to })).then((all) => all.map(isOk)),
    ).toEqual(app.ann.all.map(() => true));
    const refused = await app.byAll((way) => {
      return app.send('refuse mind your language', { way, to });
    });
    expect(refused).toEqual(
      app.ann.all.map(() => refusal('PERMISSION_DENIED', 'mind your language')),
    );
    // Words that are JSON and no text harm nobody.
    const half = await app.byAll((way) => app.send('half', { way, to }));
    expect(half).toEqual(app.ann.all.map(() => refusal('PERMISSION_DENIED', '\ufffd is half')));
    const target = Number(seqOf(await app.send('pass for now', { to })));
    const edit = { conversation_id: to, target_seq: target };
    const edited = await app.byAll((way) => {
      const words = { client_msg_id: app.newId(), content: { text: { text: 'refuse later' } } };
      return app.call('MessageService/Edit', { ...edit, ...words }, way);
    });
    expect(edited).toEqual(app.ann.all.map(() => refusal('PERMISSION_DENIED', 'later')));
    expect(await app.stored(to)).toHaveLength(app.ann.all.length + 1);
  }
  const asked = app.questions();
  expect(asked.filter(({ received }) => !isSigned(received, secret))).toEqual([]);
  expect(new Set(asked.map(({ question }) => question.userId))).toEqual(new Set(['ann']));
  expect(new Set(asked.map(({ question }) => question.deviceId))).toEqual(
    new Set(['ann-json', 'ann-proto', 'ann-door']),
  );
  expect(new Set(asked.map(({ question }) => question.questionId)).size).toBe(asked.length);

  // What a back end says itself is not asked about, and everything before it has come by then.
  const sender = { kind: Sender_Kind.USER, id: 'ann' };
  const message = { sender, conversationId: CHAT, clientMsgId: 'own', content: text('refuse own') };
  const how = { onlineOnly: false, notCounted: false };
  await app.backEnd.messages.sendMessage({ ...message, ...how }, app.backEnd.options);
  expect(app.askedAbout('own')).toEqual([]);
  await eventually('bob hears of it', () =>
    saidTo(bob).some((said) => said.endsWith('refuse own')),
  );
  const passed = saidTo(bob).filter((said) => said.endsWith('pass on'));
  expect(new Set(passed).size).toBe(2 * app.ann.all.length);
  expect(saidTo(bob).filter((said) => said.includes('mind your language'))).toEqual([]);
  await bob.close();
  await app.close();
});

it.each(['allow', 'refuse'] as const)('no answer in its time means: %s', async (onFailure) => {
  const app = await JudgedApp.create(cluster(), judge, `brief-${onFailure}`);
  // Shorter than `later` takes.
  await app.setHook(onFailure, { timeoutMs: 400 });
  const passed: string[] = [];
  for (const word of FAILURES) {
    const ids: string[] = [];
    const answers = await app.byAll((way) => {
      ids.push(app.newId());
      return app.send(`${word} it`, { way, id: ids.at(-1) ?? '' });
    });
    if (onFailure === 'allow') {
      expect(answers.map(isOk), word).toEqual(answers.map(() => true));
      passed.push(...ids);
    } else {
      expect(answers, word).toEqual(answers.map(() => refusal('UNAVAILABLE', UNANSWERED)));
    }
    // Once each: nobody follows a redirect, or asks again by itself.
    for (const id of ids) {
      // The judge may write it down after its time is over.
      await eventually(`${word} ${id} is asked about`, () => app.askedAbout(id).length > 0);
      expect(app.askedAbout(id).length, `${word} ${id}`).toBe(1);
    }
  }
  expect(await app.stored()).toEqual(passed);
  await app.close();
});

it('while the receiver is away the app’s policy holds, and what was refused goes when it is back', async () => {
  const strict = await JudgedApp.create(cluster(), judge, 'strict');
  const lenient = await JudgedApp.create(cluster(), judge, 'lenient');
  await strict.setHook('refuse');
  await lenient.setHook('allow');
  expect(isOk(await strict.send('pass'))).toBe(true);
  expect(await lenient.send('refuse anyway')).toEqual(refusal('PERMISSION_DENIED', 'anyway'));
  await judge.kill();
  const ids = strict.ann.all.map((_, n) => `kept-${n}`);
  const send = (n: number) => {
    const way = strict.ann.all[n];
    return strict.send('pass', { id: ids[n] ?? '', ...(way === undefined ? {} : { way }) });
  };
  for (const n of ids.keys()) {
    expect(await send(n)).toEqual(refusal('UNAVAILABLE', UNANSWERED));
  }
  expect((await lenient.byAll((way) => lenient.send('refuse now', { way }))).map(isOk)).toEqual(
    ids.map(() => true),
  );
  await judge.start();
  for (const n of ids.keys()) expect(isOk(await send(n))).toBe(true);
  expect((await strict.stored()).slice(1)).toEqual(ids);
  expect(await lenient.send('refuse again')).toEqual(refusal('PERMISSION_DENIED', 'again'));
  await Promise.all([strict.close(), lenient.close()]);
});

it('what one says in one conversation is stored in its order, whichever answer comes first', async () => {
  const app = await JudgedApp.create(cluster(), judge, 'ordered');
  await app.setHook('refuse');
  const [way] = app.ann.all;
  const slow = app.send('later', { id: 'slow', ...(way ? { way } : {}) });
  const quick = app.send('pass', { id: 'quick', ...(way ? { way } : {}) });
  expect([await slow, await quick].map(isOk)).toEqual([true, true]);
  expect(await app.stored()).toEqual(['slow', 'quick']);
  await app.close();
});

it('a hook that is set, rotated or deleted is so on both nodes within its bound', async () => {
  const app = await JudgedApp.create(cluster(), judge, 'changing');
  const all = (value: boolean) => app.ann.all.map(() => value);
  const tried = () => app.byAll((way) => app.send('refuse it', { way }));
  expect((await tried()).map(isOk)).toEqual(all(true));
  const first = await app.setHook('refuse');
  await sleep(BOUND_MS);
  expect((await tried()).map(isOk)).toEqual(all(false));
  const second = await app.setHook('refuse', { rotateSecret: true });
  await sleep(BOUND_MS);
  const before = app.questions().length;
  await tried();
  const asked = app.questions().slice(before);
  expect(asked).toHaveLength(app.ann.all.length);
  for (const { received } of asked) {
    expect([first, second].map((secret) => isSigned(received, secret))).toEqual([true, true]);
  }
  await app.deleteHook();
  await sleep(BOUND_MS);
  expect((await tried()).map(isOk)).toEqual(all(true));
  expect(app.questions()).toHaveLength(before + asked.length);
  await app.close();
});
