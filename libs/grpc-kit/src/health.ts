import { status, type Server, type ServerWritableStream } from '@grpc/grpc-js';
import { DomainError } from '@queqiao/domain';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { MessageCodec } from './generic-definition.js';
import { toServiceDefinition } from './generic-definition.js';
import { domainErrorToStatus } from './status.js';

/** As grpc.health.v1 numbers them. */
export const SERVING_STATUS = {
  UNKNOWN: 0,
  SERVING: 1,
  NOT_SERVING: 2,
  SERVICE_UNKNOWN: 3,
} as const;
export type ServingStatus = (typeof SERVING_STATUS)[keyof typeof SERVING_STATUS];

interface HealthRequest {
  service: string;
}
interface HealthResponse {
  status: number;
}

const requestCodec: MessageCodec<HealthRequest> = {
  encode: ({ service }) => new BinaryWriter().uint32(10).string(service),
  decode(input) {
    const reader = new BinaryReader(input);
    let service = '';
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) service = reader.string();
      else reader.skip(wireType);
    }
    return { service };
  },
};

const responseCodec: MessageCodec<HealthResponse> = {
  encode: (response) => new BinaryWriter().uint32(8).int32(response.status),
  decode(input) {
    const reader = new BinaryReader(input);
    let value = 0;
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1) value = reader.int32();
      else reader.skip(wireType);
    }
    return { status: value };
  },
};

/**
 * grpc.health.v1.Health, written out because the packaged one reads its proto file from beside its own sources, which a
 * bundled service does not have.
 */
export const HealthDefinition = {
  name: 'Health',
  fullName: 'grpc.health.v1.Health',
  methods: {
    check: {
      name: 'Check',
      requestType: requestCodec,
      requestStream: false,
      responseType: responseCodec,
      responseStream: false,
      options: {},
    },
    watch: {
      name: 'Watch',
      requestType: requestCodec,
      requestStream: false,
      responseType: responseCodec,
      responseStream: true,
      options: {},
    },
  },
} as const;

export interface Health {
  /** '' is the server as a whole. Watchers are told at once. */
  setStatus(service: string, serving: ServingStatus): void;
}

/** Watch streams open at once; more are refused with RESOURCE_EXHAUSTED. */
const MAX_WATCHERS = 256;

type Watcher = ServerWritableStream<HealthRequest, HealthResponse>;

/** Adds the health service. The server as a whole starts as NOT_SERVING; other names are unknown until they are set. */
export function addHealth(server: Server): Health {
  const statuses = new Map<string, ServingStatus>([['', SERVING_STATUS.NOT_SERVING]]);
  const watchers = new Set<Watcher>();
  const current = (service: string): ServingStatus =>
    statuses.get(service) ?? SERVING_STATUS.SERVICE_UNKNOWN;

  server.addService(toServiceDefinition(HealthDefinition), {
    check: (
      call: { request: HealthRequest },
      callback: (error: object | null, response?: HealthResponse) => void,
    ) => {
      const found = statuses.get(call.request.service);
      if (found !== undefined) callback(null, { status: found });
      else callback(domainErrorToStatus(new DomainError('NOT_FOUND', 'unknown service'), ''));
    },
    watch: (call: Watcher) => {
      if (watchers.size >= MAX_WATCHERS) {
        call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'too many watchers' });
        return;
      }
      watchers.add(call);
      const forget = (): boolean => watchers.delete(call);
      call.once('cancelled', forget);
      call.once('close', forget);
      call.on('error', forget);
      call.write({ status: current(call.request.service) });
    },
  });
  return {
    setStatus(service, serving) {
      if (statuses.get(service) === serving) return;
      statuses.set(service, serving);
      for (const watcher of watchers) {
        if (watcher.request.service === service) watcher.write({ status: serving });
      }
    },
  };
}
