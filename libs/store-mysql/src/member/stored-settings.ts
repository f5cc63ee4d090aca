import { isHidden, type MemberSettings } from '@queqiao/domain';
import type { SettingsPatch } from '../member-types.js';

/** For the column: only what is set, in one order, so that equal settings are equal texts; null when nothing is set. */
export function storedSettings(settings: MemberSettings): string | null {
  const set: [string, unknown][] = [];
  if (settings.pinned === true) set.push(['pinned', true]);
  if (settings.muted === true) set.push(['muted', true]);
  if (settings.hiddenAtSeq !== undefined) set.push(['hiddenAtSeq', settings.hiddenAtSeq]);
  if (settings.draft) set.push(['draft', settings.draft]);
  if (settings.remark) set.push(['remark', settings.remark]);
  if (settings.markedUnread === true) set.push(['markedUnread', true]);
  return set.length === 0 ? null : JSON.stringify(Object.fromEntries(set));
}

/** What is left out of the patch stays. Nothing above `throughSeq` is hidden. */
export function patchedSettings(
  before: MemberSettings,
  { hidden, ...patch }: SettingsPatch,
  throughSeq: number,
): MemberSettings {
  const { hiddenAtSeq, ...rest } = { ...before, ...defined(patch) };
  if (hidden === false) return rest;
  if (hidden === true && !isHidden(before, throughSeq)) return { ...rest, hiddenAtSeq: throughSeq };
  return hiddenAtSeq === undefined ? rest : { ...rest, hiddenAtSeq };
}

function defined(patch: Omit<SettingsPatch, 'hidden'>): MemberSettings {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
