import type { ErasureJob, ErasureRows, ToldContents, ToldPlace } from './ports.js';

/** Entries that are read at a time. */
const PAGE_ENTRIES = 500;

export interface EraseToldDeps {
  readonly rows: Pick<ErasureRows, 'toldEntries' | 'rewriteTold' | 'nextRequest' | 'forgetRequest'>;
  readonly told: ToldContents;
}

/** One step: the next request, with what was told of it. False: there is no other one. */
export async function eraseNextRequest(deps: EraseToldDeps, job: ErasureJob): Promise<boolean> {
  const request = await deps.rows.nextRequest(job);
  if (request === null) return false;
  for (const place of request.places) await eraseTold(deps, job, place);
  await deps.rows.forgetRequest(job, request.row);
  return true;
}

/** Takes the user's words out of what the server told there; the rest of it stays, so that lists still follow from logs. */
export async function eraseTold(
  {
    rows,
    told,
  }: Pick<EraseToldDeps, 'told'> & {
    readonly rows: Pick<ErasureRows, 'toldEntries' | 'rewriteTold'>;
  },
  job: ErasureJob,
  place: ToldPlace,
): Promise<void> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const page = { after, limit: PAGE_ENTRIES };
    const found = await rows.toldEntries(job, place, page);
    for (const { seq, content } of found) {
      const rest = told.withoutWords(content, job.userId);
      if (rest !== null) {
        await rows.rewriteTold(job, place.conversationId, { seq, content: rest });
      }
    }
    after = found.length < PAGE_ENTRIES ? undefined : found.at(-1)?.seq;
  }
}
