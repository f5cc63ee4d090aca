import { randomBytes } from 'node:crypto';
import { createGrpcClient, isServiceError, statusToDomainError } from '@queqiao/grpc-kit';
import { AppServiceDefinition, AuditServiceDefinition } from '@queqiao/protocol/admin';

const DEADLINE_MS = 15_000;

/** The operators' services of one logic node. Close it. */
export class AdminDoor {
  readonly apps;
  readonly audit;
  readonly call;

  /** @param secret `qqop.<secret>` */
  constructor(address: string, secret: string) {
    this.apps = createGrpcClient(AppServiceDefinition, address);
    this.audit = createGrpcClient(AuditServiceDefinition, address);
    const metadata = { authorization: `Bearer ${secret}` };
    this.call = { metadata, deadlineMs: DEADLINE_MS };
  }

  /** What every change is given. */
  request(appId: string, clientRequestId = randomBytes(12).toString('hex')) {
    return { appId, clientRequestId };
  }

  close(): void {
    this.apps.close();
    this.audit.close();
  }
}

/** For people: the code, and what the service said. */
export function readableFailure(error: unknown): string {
  if (!isServiceError(error)) return error instanceof Error ? error.message : String(error);
  const { code, message } = statusToDomainError(error);
  return `${code}: ${message}`;
}
