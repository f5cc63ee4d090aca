import { useState } from 'preact/hooks';
import type { ChatState } from '../../state/chat-state.js';
import { ContactDialog } from './contact-dialog.js';
import { FindPeople } from './find-people.js';
import { BlockedList, FriendList } from './friend-list.js';
import { RequestList } from './request-list.js';

/** The people of one's own: who wants to be a friend, who is one, who is not to. */
export function ContactsPanel({ state }: { state: ChatState }) {
  const [about, setAbout] = useState<string | undefined>(undefined);
  return (
    <div class="contacts scroll">
      <FindPeople state={state} onPick={setAbout} />
      <RequestList state={state} />
      <FriendList state={state} onDetails={setAbout} />
      <BlockedList state={state} onDetails={setAbout} />
      {about !== undefined && (
        <ContactDialog
          key={about}
          state={state}
          userId={about}
          onClose={() => setAbout(undefined)}
        />
      )}
    </div>
  );
}
