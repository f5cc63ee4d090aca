import { storedState } from '../conversation/rows.js';
import type { ChangeWrite } from './change-ledger.js';
import { bytes, integer, text } from './sql-text.js';

/** The statements of a batch's changes, to run after its entries were inserted, in their order. */
export function writeChanges(writes: readonly ChangeWrite[]): string[] {
  return writes.flatMap(statementsOf);
}

function statementsOf(write: ChangeWrite): string[] {
  const { item, seq } = write;
  const log = `${text(item.appId)},${text(item.conversationId)}`;
  const target = `app_id = ${text(item.appId)} AND conversation_id = ${text(item.conversationId)}`;
  switch (write.op) {
    case 'edit':
      return [
        `UPDATE entries SET content = ${bytes(write.content)}, revision = ${integer(write.revision)} ` +
          `WHERE ${target} AND seq = ${integer(seq)}`,
        'INSERT INTO entry_edits (app_id, conversation_id, target_seq, seq) ' +
          `VALUES (${log},${integer(seq)},${integer(write.editSeq)})`,
      ];
    case 'blank':
      return blank(write, target);
    case 'react':
      return [
        'INSERT INTO reactions (app_id, conversation_id, target_seq, user_id, emoji) ' +
          `VALUES (${log},${integer(seq)},${text(item.sender.id)},${emojiOf(write.emoji)})`,
      ];
    case 'unreact':
      return [
        `DELETE FROM reactions WHERE ${target} AND target_seq = ${integer(seq)} ` +
          `AND user_id = ${text(item.sender.id)} AND emoji = ${emojiOf(write.emoji)}`,
      ];
    case 'pin':
      return [
        'INSERT INTO pins (app_id, conversation_id, target_seq, seq) ' +
          `VALUES (${log},${integer(seq)},${integer(write.pinSeq)})`,
      ];
    case 'unpin':
      return [`DELETE FROM pins WHERE ${target} AND target_seq = ${integer(seq)}`];
  }
}

/** A blanked message takes the contents of its edits, its reactions and its pin with it. */
function blank(write: Extract<ChangeWrite, { op: 'blank' }>, target: string): string[] {
  const seq = integer(write.seq);
  const state = integer(storedState(write.state));
  const statements = [
    `UPDATE entries SET content = '', state = ${state} WHERE ${target} AND seq = ${seq}`,
  ];
  if (write.edited) {
    const { appId, conversationId } = write.item;
    statements.push(
      'UPDATE entry_edits x STRAIGHT_JOIN entries e FORCE INDEX (PRIMARY) ON e.app_id = x.app_id ' +
        'AND e.conversation_id = x.conversation_id AND e.seq = x.seq ' +
        `SET e.content = '', e.state = ${state} WHERE x.app_id = ${text(appId)} ` +
        `AND x.conversation_id = ${text(conversationId)} AND x.target_seq = ${seq}`,
    );
  }
  return [
    ...statements,
    `DELETE FROM reactions WHERE ${target} AND target_seq = ${seq}`,
    `DELETE FROM pins WHERE ${target} AND target_seq = ${seq}`,
  ];
}

function emojiOf(emoji: string): string {
  return bytes(Buffer.from(emoji, 'utf8'));
}
