import { negotiateVersion, OWN_VERSIONS, type LinkFrame } from '@queqiao/link';
import type { Hello } from '@queqiao/protocol/link';
import { STREAM_STATUS, type StreamStatus } from './attach-stream.js';

export type Greeting =
  | { readonly hello: Hello; readonly version: number }
  | { readonly status: StreamStatus; readonly message: string };

/** Judges the first frame of a stream: either whom it comes from and the version to speak, or why it is refused. */
export function judgeGreeting(frame: LinkFrame, ownBootId: string): Greeting {
  const { hello } = frame;
  if (hello === undefined || hello.nodeId === '' || hello.bootId === '') {
    const message = 'the first frame must carry a hello that names node and boot';
    return { status: STREAM_STATUS.invalidArgument, message };
  }
  if (hello.wantedBootId !== '' && hello.wantedBootId !== ownBootId) {
    return { status: STREAM_STATUS.notFound, message: 'another boot lives at this address' };
  }
  const version = negotiateVersion(OWN_VERSIONS, hello);
  if (version !== null) return { hello, version };
  const { protocolMin, protocolMax } = OWN_VERSIONS;
  const message = `protocol ${hello.protocolMin}-${hello.protocolMax} does not overlap ${protocolMin}-${protocolMax}`;
  return { status: STREAM_STATUS.failedPrecondition, message };
}

export interface WelcomeFacts {
  readonly nodeId: string;
  readonly bootId: string;
  readonly version: number;
  /** The greeted boot when its numbering goes on, else empty. */
  readonly peerBootId: string;
  readonly received: number;
  readonly draining: boolean;
}

export function welcomeFrame(facts: WelcomeFacts): LinkFrame {
  const { nodeId, bootId, version, peerBootId, received, draining } = facts;
  return {
    hello: {
      nodeId,
      bootId,
      protocolMin: version,
      protocolMax: version,
      peerBootId,
      received,
      wantedBootId: '',
    },
    firstNumber: 0,
    ack: received,
    items: [],
    draining,
  };
}
