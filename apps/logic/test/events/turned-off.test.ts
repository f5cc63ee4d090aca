import { AppServiceDefinition as Apps } from '@queqiao/protocol/admin';
import type { SubscribeRequest } from '@queqiao/protocol/server';
import type { AppSettingsInput } from '@queqiao/store-mysql';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../rig/api-rig.js';
import { statusOf, WebhookRig } from '../webhooks/webhook-rig.js';
import { Follower } from './event-rig.js';

const EXPIRED = { code: 'CURSOR_EXPIRED', field: 'cursor' };

let hooks: WebhookRig;
const followers: Follower[] = [];
beforeAll(async () => {
  hooks = await WebhookRig.start(2);
});
afterAll(() => hooks.stop());
afterEach(() => followers.splice(0).forEach((each) => each.close()));

function follow(app: TestApp, request: Partial<SubscribeRequest> = {}, node = 0): Follower {
  const follower = new Follower(hooks.rig, app, request, node);
  followers.push(follower);
  return follower;
}

async function begun(...more: Parameters<typeof follow>): Promise<Follower> {
  const follower = follow(...more);
  await eventually('the first answer', () => follower.answers.length > 0);
  return follower;
}

/** As an operator does; nodes need not have seen that it was off. */
async function offAndOn({ appId }: TestApp): Promise<void> {
  const operate = hooks.rig.operatorCalls(1);
  for (const events of [false, true]) {
    const patchJson = JSON.stringify({ events });
    await operate(Apps, 'updateSettings', { clientRequestId: newId(), appId, patchJson });
  }
}

/** Behind the nodes' backs, as the whole of what is set. */
function set({ appId }: TestApp, settings: AppSettingsInput): Promise<void> {
  return hooks.rig.changeApps((apps) => apps.setSettings(appId, settings));
}

describe('events that were turned off and on again', () => {
  it('are a gap that no stream and no cursor leads across', async () => {
    const { app } = await hooks.hooked();
    const [live, behind] = [await begun(app), await begun(app)];
    const from = behind.cursor;
    const told = await hooks.say(app, 'd:ann:bob');
    await live.until(1);
    await offAndOn(app);
    expect(await live.ended()).toMatchObject(EXPIRED);
    for (const node of [0, 1]) {
      expect(await follow(app, { cursor: live.cursor }, node).ended()).toMatchObject(EXPIRED);
      // What was told before the gap still is.
      const late = follow(app, { cursor: from }, node);
      expect(await late.ended()).toMatchObject(EXPIRED);
      expect(late.names).toEqual([told]);
    }
    const [anew, oldest] = [await begun(app), await begun(app, { fromOldest: true }, 1)];
    const next = await hooks.say(app, 'd:ann:bob');
    expect(await anew.until(1)).toEqual([next]);
    expect(await oldest.until(1)).toEqual([next]);
    expect(await (await begun(app, { cursor: from })).ended()).toMatchObject(EXPIRED);
  });

  it('are no gap where nothing was off, or they are turned on for the first time', async () => {
    const app = await hooks.rig.createApp('newly', { events: true });
    await hooks.rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'bob');
    const first = await begun(app);
    const told = [await hooks.say(app, 'd:ann:bob')];
    await first.until(1);
    await set(app, { events: true, maxTextBytes: 100 });
    told.push(await hooks.say(app, 'd:ann:bob'));
    expect(await first.until(2)).toEqual(told);
    const whole = await begun(app, { fromOldest: true });
    expect(await whole.until(2)).toEqual(told);
  });

  it('are a gap for a webhook too, which notes it and goes on', async () => {
    const { app, receiver, call, webhookId } = await hooks.hooked();
    const told = await hooks.say(app, 'd:ann:bob');
    await eventually('it is sent', () => receiver.names.includes(told));
    expect((await statusOf(call, webhookId)).missedMs).toBe(0);
    await offAndOn(app);
    await eventually('it notes it', async () => (await statusOf(call, webhookId)).missedMs > 0);
    const next = await hooks.say(app, 'd:ann:bob');
    await eventually('what follows is sent', () => receiver.names.includes(next));
  });
});

it('streams end when events are turned off, as those end that begin then', async () => {
  const { app } = await hooks.hooked();
  const [live, other] = [await begun(app), await begun(app, {}, 1)];
  await set(app, {});
  for (const each of [live, other]) {
    expect(await each.ended()).toMatchObject({ code: 'PERMISSION_DENIED' });
  }
  expect(await follow(app).ended()).toMatchObject({ code: 'PERMISSION_DENIED' });
  await hooks.say(app, 'd:ann:bob', 'never told');
  await set(app, { events: true });
  const resumed = async () => follow(app, { cursor: live.cursor }).ended();
  await eventually('the cursor has expired', async () => {
    const end = await resumed();
    return typeof end !== 'string' && end.code === EXPIRED.code;
  });
  expect(live.names).toEqual([]);
});
