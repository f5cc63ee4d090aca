import type { LinkInfo, PostDraft } from '../../state/moments-state.js';
import { Problem } from '../../session/chat-actions.js';
import { useTexts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { TextField } from '../text-field.js';
import { useTask } from '../use-task.js';

/** As the server allows. */
const MAX_PLACE_LENGTH = 255;
const MAX_URL_LENGTH = 2_048;
const MAX_TITLE_LENGTH = 100;
/** The browser is waited for this long. */
const LOCATE_LIMIT_MS = 10_000;

interface ExtrasPickerProps {
  readonly draft: PostDraft;
  readonly onChange: (change: Partial<PostDraft>) => void;
}

/** A place and a page on the web. */
export function ExtrasPicker({ draft, onChange }: ExtrasPickerProps) {
  const { t } = useTexts();
  return (
    <details>
      <summary>{t('placeAndLink')}</summary>
      <PlaceField draft={draft} onChange={onChange} />
      <TextField
        label={t('linkUrl')}
        name="link-url"
        value={draft.link?.url ?? ''}
        maxLength={MAX_URL_LENGTH}
        onChange={(url) => onChange({ link: linkOf({ ...draft.link, url }) })}
      />
      {draft.link && (
        <TextField
          label={t('linkTitle')}
          name="link-title"
          value={draft.link.title}
          maxLength={MAX_TITLE_LENGTH}
          onChange={(title) => onChange({ link: linkOf({ ...draft.link, title }) })}
        />
      )}
    </details>
  );
}

/** Without an address there is none; without a title it is called by its address. */
function linkOf({
  url = '',
  title = '',
  description = '',
}: Partial<LinkInfo>): LinkInfo | undefined {
  return url === '' ? undefined : { url, title, description };
}

function PlaceField({ draft: { location }, onChange }: ExtrasPickerProps) {
  const { t } = useTexts();
  const { busy, problem, run } = useTask();
  const nowhere = { name: '', latitude: 0, longitude: 0 };
  const locate = async (): Promise<void> => {
    const { latitude, longitude } = await whereIAm();
    onChange({ location: { ...nowhere, ...location, latitude, longitude } });
  };
  return (
    <>
      <TextField
        label={t('place')}
        name="place"
        value={location?.name ?? ''}
        maxLength={MAX_PLACE_LENGTH}
        onChange={(name) =>
          onChange({ location: name === '' ? undefined : { ...nowhere, ...location, name } })
        }
      />
      <button type="button" disabled={busy} onClick={() => void run(locate)}>
        {t('locateMe')}
      </button>
      <ProblemText text={problem} />
    </>
  );
}

function whereIAm(): Promise<GeolocationCoordinates> {
  return new Promise((resolve, reject) => {
    const failed = (error: { readonly message: string }): void =>
      reject(new Problem('problem', error.message));
    const options = { timeout: LOCATE_LIMIT_MS };
    navigator.geolocation.getCurrentPosition(({ coords }) => resolve(coords), failed, options);
  });
}
