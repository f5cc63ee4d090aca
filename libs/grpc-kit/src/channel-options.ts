import type { ChannelOptions } from '@grpc/grpc-js';

/**
 * The options that grpc-js really has; names of the C core that it silently ignores cannot be written here. Everything has a
 * default that suits this project.
 */
export interface GrpcTuning {
  /** Largest message sent or received, in bytes; larger ones fail with RESOURCE_EXHAUSTED. Default 4 MiB. */
  readonly maxMessageBytes?: number;
  /** Pause between keepalive pings, in milliseconds. Default 30 000. */
  readonly keepaliveMs?: number;
  /** An unanswered ping ends the connection after this. Default 10 000. */
  readonly keepaliveTimeoutMs?: number;
  /** Memory one HTTP/2 session may use, in MiB. Default 64. */
  readonly maxSessionMemoryMb?: number;
}

export interface GrpcServerTuning extends GrpcTuning {
  /** Streams open at once on one connection. Default 1 000. */
  readonly maxConcurrentStreams?: number;
  /** Age after which a connection is asked to go, so that clients find new servers. Off when left out. */
  readonly maxConnectionAgeMs?: number;
  /** How long its calls may go on after that; streams are cut then. Off when left out. */
  readonly maxConnectionAgeGraceMs?: number;
}

export interface GrpcClientTuning extends GrpcTuning {
  /**
   * Whether grpc-js repeats a call that no server has seen, as when it met the end of its connection; it repeats no other, since
   * that is decided where effects are known. Default true, but false for services with streams, on which its buffer grows.
   */
  readonly repeatUnseen?: boolean;
  /** Spreads calls over all addresses of the name. Default false: the first that answers. */
  readonly roundRobin?: boolean;
  readonly maxReconnectBackoffMs?: number;
  /** True: a connection of its own, not shared with other clients of the same address in this process. */
  readonly ownConnection?: boolean;
}

const DEFAULTS = {
  maxMessageBytes: 4 * 1024 * 1024,
  keepaliveMs: 30_000,
  keepaliveTimeoutMs: 10_000,
  maxSessionMemoryMb: 64,
  maxConcurrentStreams: 1_000,
  maxReconnectBackoffMs: 5_000,
} as const;

/** Channelz stays on: grpc-js finds the sessions that forceShutdown must cut by it, and without it open streams survive. */
export function serverOptions(tuning: GrpcServerTuning = {}): ChannelOptions {
  const options = sharedOptions(tuning);
  options['grpc.max_concurrent_streams'] =
    tuning.maxConcurrentStreams ?? DEFAULTS.maxConcurrentStreams;
  if (tuning.maxConnectionAgeMs !== undefined) {
    options['grpc.max_connection_age_ms'] = tuning.maxConnectionAgeMs;
  }
  if (tuning.maxConnectionAgeGraceMs !== undefined) {
    options['grpc.max_connection_age_grace_ms'] = tuning.maxConnectionAgeGraceMs;
  }
  return options;
}

export function clientOptions(tuning: GrpcClientTuning = {}): ChannelOptions {
  const options = sharedOptions(tuning);
  options['grpc.enable_retries'] = tuning.repeatUnseen ? 1 : 0;
  options['grpc.enable_channelz'] = 0;
  options['grpc.enable_http_proxy'] = 0;
  options['grpc.use_local_subchannel_pool'] = tuning.ownConnection ? 1 : 0;
  options['grpc.max_reconnect_backoff_ms'] =
    tuning.maxReconnectBackoffMs ?? DEFAULTS.maxReconnectBackoffMs;
  // A service config from DNS could bring timeouts, which kill streams too, and retries of calls that had an effect.
  options['grpc.service_config_disable_resolution'] = 1;
  if (tuning.roundRobin) {
    options['grpc.service_config'] = JSON.stringify({
      loadBalancingConfig: [{ round_robin: {} }],
    });
  }
  return options;
}

function sharedOptions(tuning: GrpcTuning): ChannelOptions {
  const maxMessageBytes = tuning.maxMessageBytes ?? DEFAULTS.maxMessageBytes;
  return {
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.keepalive_time_ms': tuning.keepaliveMs ?? DEFAULTS.keepaliveMs,
    'grpc.keepalive_timeout_ms': tuning.keepaliveTimeoutMs ?? DEFAULTS.keepaliveTimeoutMs,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc-node.max_session_memory': tuning.maxSessionMemoryMb ?? DEFAULTS.maxSessionMemoryMb,
  };
}
