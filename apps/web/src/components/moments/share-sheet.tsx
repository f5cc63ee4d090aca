import { nameOf } from '../../state/conversation-view.js';
import { PersonRow } from '../contacts/person-row.js';
import { useActions, useTexts } from '../page-context.js';
import { ProblemText, Sheet } from '../sheet.js';
import { useTask } from '../use-task.js';
import type { PostProps } from './post-card.js';

/** Passes a post on to a friend, as a message. */
export function ShareSheet({ state, post, onClose }: PostProps & { onClose: () => void }) {
  const { t } = useTexts();
  const { moments } = useActions();
  const { problem, run } = useTask();
  const { postId, text, link, images, video, authorId } = post;
  const urls = [link?.url, video?.url, ...images.map(({ url }) => url)];
  const said = [text, ...urls].filter(Boolean).join('\n');
  const words = t('sharedText', nameOf(state, authorId), said);
  const share = async (userId: string): Promise<void> => {
    if (await run(() => moments.share(postId, userId, words))) onClose();
  };
  return (
    <Sheet title={t('shareWith')} onClose={onClose}>
      <ul class="people-list">
        {[...state.people.friends.keys()].map((userId) => (
          <PersonRow
            key={userId}
            state={state}
            userId={userId}
            note={userId}
            onOpen={() => void share(userId)}
          />
        ))}
      </ul>
      <ProblemText text={problem} />
    </Sheet>
  );
}
