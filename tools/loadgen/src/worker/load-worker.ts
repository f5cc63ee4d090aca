import { errorCodeFromProto } from '@queqiao/protocol/common';
import {
  MessageServiceDefinition as Messages,
  SendRequest,
  SendResponse,
  type Reply,
} from '@queqiao/protocol/client';
import { LoadJournal } from './load-journal.js';
import { LoadPhase, type PhaseDeps } from './load-phase.js';
import {
  openConversations,
  openDevices,
  type LoadConversation,
  type LoadDevice,
} from './open-conversations.js';
import type { PhasePlan, PhaseResult, WorkerLog, WorkerSetup } from './worker-protocol.js';

const SEND = `${Messages.fullName}/${Messages.methods.send.name}`;
/** Below the server's limit of silence, for receivers that never send. */
const PING_EVERY_MS = 20_000;

/** The devices and conversations of one worker process, and the load on them. */
export class LoadWorker {
  readonly #journal: LoadJournal;
  readonly #text: string;
  readonly #pinging: NodeJS.Timeout;
  #phase: LoadPhase | undefined;
  #lostSockets = 0;

  private constructor(
    setup: WorkerSetup,
    private readonly devices: readonly LoadDevice[],
    private readonly conversations: readonly LoadConversation[],
  ) {
    this.#journal = new LoadJournal(setup.prefix, conversations);
    this.#text = 'x'.repeat(setup.textBytes);
    devices.forEach(({ socket }, number) => {
      socket.onLost = () => (this.#lostSockets += 1);
      socket.onEntry = (entry) => {
        const ms = this.#journal.pushed(number, entry);
        if (ms !== undefined) this.#phase?.delivered(ms);
      };
    });
    this.#pinging = setInterval(
      () => devices.forEach(({ socket }) => socket.ping()),
      PING_EVERY_MS,
    );
  }

  static async open(setup: WorkerSetup): Promise<LoadWorker> {
    const devices = await openDevices(setup);
    return new LoadWorker(setup, devices, await openConversations(setup, devices));
  }

  /** Throws when a socket was lost: its pushes are missing, so nothing that was measured means anything. */
  async run(plan: PhasePlan): Promise<PhaseResult> {
    const deps: PhaseDeps = {
      conversations: this.conversations.length,
      busy: (conversation) => this.#authorOf(conversation).inFlight,
      send: (conversation, onAnswer) => this.#send(conversation, onAnswer),
    };
    const phase = new LoadPhase(deps, plan);
    this.#phase = phase;
    const result = await phase.run();
    if (this.#lostSockets > 0) throw new Error(`${this.#lostSockets} sockets were lost`);
    return result;
  }

  finish(): WorkerLog {
    clearInterval(this.#pinging);
    for (const { socket } of this.devices) socket.close();
    return this.#journal.toLog();
  }

  #send(conversation: number, onAnswer: Parameters<PhaseDeps['send']>[1]): void {
    const conversationId = this.conversations[conversation]?.id ?? '';
    const message = this.#journal.sent(conversation);
    const body = SendRequest.encode(
      SendRequest.create({
        conversationId,
        clientMsgId: this.#journal.messageId(message),
        content: { body: { $case: 'text', value: { text: this.#text } } },
      }),
    ).finish();
    this.#authorOf(conversation).call(SEND, body, conversationId, (reply) => {
      if (reply?.result?.$case !== 'body') return onAnswer(codeOf(reply));
      const ackMs = this.#journal.acknowledged(
        message,
        SendResponse.decode(reply.result.value).seq,
      );
      onAnswer({ ackMs, pushes: this.#journal.audienceSize(message) });
    });
  }

  #authorOf(conversation: number) {
    const device = this.devices[this.conversations[conversation]?.author ?? 0];
    if (device === undefined) throw new Error('there is no device to send from');
    return device.socket;
  }
}

function codeOf(reply: Reply | undefined): string {
  if (reply === undefined) return 'SOCKET_LOST';
  return reply.result?.$case === 'error' ? errorCodeFromProto(reply.result.value.code) : 'NO_BODY';
}
