import type { AppId } from '@queqiao/domain';
import { sql } from 'kysely';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { incoming } from '../upsert.js';
import type { WebhookKey, WebhookSurvey } from '../webhook-types.js';

/** Nodes that have said nothing for a day are forgotten. */
const NODES_KEPT_MS = 86_400_000;

interface Node {
  readonly nodeId: string;
  readonly bootId: string;
}

/** Conditions of a column with itself say for the tenant guard that all apps are meant. */
export const SURVEY_SQL = `
  SELECT w.app_id, w.webhook_id, w.owner, w.revision, w.position, COALESCE(h.last_position, 0) AS newest
  FROM webhooks w JOIN apps a ON a.app_id = w.app_id LEFT JOIN app_event_heads h ON h.app_id = w.app_id
  WHERE w.app_id = w.app_id AND w.enabled = 1 AND a.status = 'active'`;

export async function renewNode(
  context: StoreContext,
  { nodeId, bootId }: Node,
  leaseMs: number,
): Promise<void> {
  await retrying(context, () =>
    context.kysely
      .insertInto('webhook_nodes')
      .values({
        node_id: nodeId,
        boot_id: bootId,
        expires_ms: sql<number>`${DATABASE_NOW} + ${leaseMs}`,
      })
      .onDuplicateKeyUpdate({
        boot_id: incoming<string>('boot_id'),
        expires_ms: incoming<number>('expires_ms'),
      })
      .execute(),
  );
}

/** Its webhooks keep its name, which means nothing without the row. */
export async function leaveNode(context: StoreContext, { nodeId, bootId }: Node): Promise<void> {
  await retrying(context, () =>
    context.kysely
      .deleteFrom('webhook_nodes')
      .where('node_id', '=', nodeId)
      .where('boot_id', '=', bootId)
      .execute(),
  );
}

/** Where nodes get new names each time, what the dead ones leave would only grow. */
export async function pruneNodes(context: StoreContext): Promise<number> {
  const result = await retrying(context, () =>
    context.kysely
      .deleteFrom('webhook_nodes')
      .where('expires_ms', '<', sql<number>`${DATABASE_NOW} - ${NODES_KEPT_MS}`)
      .executeTakeFirstOrThrow(),
  );
  return Number(result.numDeletedRows);
}

export async function surveyWebhooks({ kysely }: StoreContext): Promise<WebhookSurvey> {
  const nodes = await kysely
    .selectFrom('webhook_nodes')
    .select(['node_id', 'boot_id', 'expires_ms', DATABASE_NOW.as('now_ms')])
    .select((of) => of.selectFrom('log_epoch').select('log_epoch').as('log_epoch'))
    .execute();
  const { rows } = await sql<{
    app_id: AppId;
    webhook_id: string;
    owner: string;
    revision: number;
    position: number;
    newest: number;
  }>`${sql.raw(SURVEY_SQL)}`.execute(kysely);
  const live = nodes.filter(({ expires_ms, now_ms }) => expires_ms > now_ms);
  return {
    nowMs: nodes[0]?.now_ms ?? 0,
    logEpoch: nodes[0]?.log_epoch ?? 0,
    owners: new Set(live.map(({ node_id, boot_id }) => `${node_id}:${boot_id}`)),
    webhooks: rows.map(({ app_id: appId, webhook_id: webhookId, ...rest }) => {
      return { appId, webhookId, ...rest };
    }),
  };
}

/** Written again after a commit in doubt it is the owner's already. */
export async function claimWebhook(
  context: StoreContext,
  { appId, webhookId }: WebhookKey,
  owner: string,
  from: string,
): Promise<boolean> {
  const { rows } = await retrying(context, async () => {
    await context.kysely
      .updateTable('webhooks')
      .set({ owner })
      .where('app_id', '=', appId)
      .where('webhook_id', '=', webhookId)
      .where('owner', '=', from)
      .execute();
    return sql<{ owner: string }>`
      SELECT owner FROM webhooks WHERE app_id = ${appId} AND webhook_id = ${webhookId}`.execute(
      context.kysely,
    );
  });
  return rows[0]?.owner === owner;
}

export async function releaseWebhook(
  context: StoreContext,
  { appId, webhookId }: WebhookKey,
  owner: string,
): Promise<void> {
  await retrying(context, () =>
    context.kysely
      .updateTable('webhooks')
      .set({ owner: '' })
      .where('app_id', '=', appId)
      .where('webhook_id', '=', webhookId)
      .where('owner', '=', owner)
      .execute(),
  );
}
