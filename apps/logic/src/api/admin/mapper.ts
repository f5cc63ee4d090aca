import { invalidArgument, type Scope as ScopeName } from '@queqiao/domain';
import {
  ActorKind,
  AppStatus,
  KeyAlgorithm,
  Scope,
  type App,
  type AuditEntry as AuditEntryMessage,
  type Credential,
  type Key,
} from '@queqiao/protocol/admin';
import type { AppInfo, AuditEntry, CredentialInfo, KeyInfo } from '../../usecase/admin/ports.js';
import { enumName } from '../enum-name.js';

const STATUSES = {
  active: AppStatus.ACTIVE,
  suspended: AppStatus.SUSPENDED,
} as const satisfies Record<AppInfo['status'], AppStatus>;
const ALGORITHMS = {
  HS256: KeyAlgorithm.HS256,
  EdDSA: KeyAlgorithm.EDDSA,
} as const satisfies Record<KeyInfo['alg'], KeyAlgorithm>;
const SCOPES = {
  read: Scope.READ,
  write: Scope.WRITE,
  admin: Scope.ADMIN,
} as const satisfies Record<ScopeName, Scope>;
const ACTORS = {
  operator: ActorKind.OPERATOR,
  credential: ActorKind.CREDENTIAL,
} as const satisfies Record<AuditEntry['actor']['kind'], ActorKind>;

export function toApp({ settings, setSettings, status, ...info }: AppInfo): App {
  const settingsJson = JSON.stringify(settings);
  return {
    ...info,
    status: STATUSES[status],
    settingsJson,
    setJson: JSON.stringify(setSettings),
  };
}

export function toKey({ alg, ...info }: KeyInfo): Key {
  return { ...info, algorithm: ALGORITHMS[alg] };
}

export function algorithmOf(value: KeyAlgorithm): KeyInfo['alg'] | undefined {
  return enumName(ALGORITHMS, value, 'algorithm');
}

export function toCredential({ scopes, ...info }: CredentialInfo): Credential {
  return { ...info, scopes: scopes.map((scope) => SCOPES[scope]) };
}

export function scopesOf(values: readonly Scope[]): ScopeName[] {
  return values.map((value, index) => {
    const field = `scopes[${index}]`;
    const name = enumName(SCOPES, value, field);
    if (name === undefined) throw invalidArgument(field, 'is required');
    return name;
  });
}

export function toAuditEntry({ actor, ...entry }: AuditEntry): AuditEntryMessage {
  return { ...entry, actorKind: ACTORS[actor.kind], actorId: actor.id };
}
