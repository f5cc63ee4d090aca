import type { TimelineItem } from '../state/timeline.js';
import { isLargeEmoji } from '../text/avatar.js';
import { Avatar } from './avatar.js';
import { Icon } from './icons.js';
import { useActions, useTexts } from './page-context.js';

type BubbleItem = Extract<TimelineItem, { kind: 'bubble' }>;

interface BubbleProps {
  readonly item: BubbleItem;
  readonly conversationId: string;
  readonly senderName: string;
  /** In groups it is told who speaks. */
  readonly named: boolean;
}

const MARKS = { pending: 'clock', sent: 'check', failed: 'failed' } as const;

export function Bubble({ item, conversationId, senderName, named }: BubbleProps) {
  const { t, times } = useTexts();
  const { mine, text, createdMs, status, startsBlock, endsBlock } = item;
  const classes = ['message', mine ? 'mine' : 'theirs', status ?? ''];
  if (startsBlock) classes.push('starts');
  if (endsBlock) classes.push('ends');
  if (text !== undefined && isLargeEmoji(text)) classes.push('emoji');
  return (
    <li class={classes.join(' ')} data-status={status}>
      {!mine && (
        <span class="message-side">
          {endsBlock && <Avatar id={item.senderId} name={senderName} size="small" />}
        </span>
      )}
      <div class="message-body">
        {named && !mine && startsBlock && <span class="message-name">{senderName}</span>}
        <div class="bubble">
          <span class={text === undefined ? 'bubble-text muted' : 'bubble-text'} dir="auto">
            {text ?? t('unknownContent')}
          </span>
          <span class="stamp">
            <time dateTime={new Date(createdMs).toISOString()} title={times.full(createdMs)}>
              {times.clock(createdMs)}
            </time>
            {status && (
              <span class={`mark ${status}`} role="img" aria-label={t(status)} title={t(status)}>
                <Icon name={MARKS[status]} size={14} />
              </span>
            )}
          </span>
        </div>
        {status === 'failed' && <FailedNote conversationId={conversationId} item={item} />}
      </div>
    </li>
  );
}

function FailedNote({ conversationId, item }: { conversationId: string; item: BubbleItem }) {
  const { t } = useTexts();
  const actions = useActions();
  const { clientMsgId, problem } = item;
  return (
    <span class="failed-note">
      <span title={problem}>{t('failed')}</span>
      <button type="button" onClick={() => actions.retry(conversationId, clientMsgId)}>
        {t('retry')}
      </button>
      <button type="button" onClick={() => actions.discard(conversationId, clientMsgId)}>
        {t('discard')}
      </button>
    </span>
  );
}
