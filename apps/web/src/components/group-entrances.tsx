import { useState } from 'preact/hooks';
import type { ChatState } from '../state/chat-state.js';
import { FaceRoomSheet } from './face-room-sheet.js';
import { JoinGroupSheet } from './join-group-sheet.js';
import { LinkOfferSheet } from './link-offer-sheet.js';
import { useTexts } from './page-context.js';
import { RequestsSheet } from './requests-sheet.js';

/** Ways into groups, and what waits to be decided. */
export function GroupEntrances({ state }: { state: ChatState }) {
  const { t } = useTexts();
  const [sheet, setSheet] = useState<'join' | 'face' | 'requests' | undefined>(undefined);
  const { applications, invitations, offer } = state.groups;
  const unread = applications.unread + invitations.unread;
  const waiting = applications.rows.length + invitations.rows.length;
  const close = (): void => setSheet(undefined);
  return (
    <>
      <div class="begin entrances">
        <button type="button" onClick={() => setSheet('join')}>
          {t('joinGroup')}
        </button>
        <button type="button" onClick={() => setSheet('face')}>
          {t('faceToFace')}
        </button>
        {waiting + unread > 0 && (
          <button type="button" class="requests" onClick={() => setSheet('requests')}>
            {t('requests')}
            {unread > 0 && (
              <span class="badge" aria-label={t('unreadCount', unread)}>
                {unread}
              </span>
            )}
          </button>
        )}
      </div>
      {sheet === 'join' && <JoinGroupSheet onClose={close} />}
      {sheet === 'face' && <FaceRoomSheet state={state} onClose={close} />}
      {sheet === 'requests' && <RequestsSheet state={state} onClose={close} />}
      {offer && <LinkOfferSheet key={offer.token} offer={offer} />}
    </>
  );
}
