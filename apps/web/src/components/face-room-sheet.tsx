import { useEffect, useState } from 'preact/hooks';
import type { ChatState } from '../state/chat-state.js';
import { nameOf } from '../state/conversation-view.js';
import { useActions, useTexts } from './page-context.js';
import { ProblemText, Sheet } from './sheet.js';
import { TextField } from './text-field.js';
import { useTask } from './use-task.js';

const MAX_DEGREES_LENGTH = 12;
/** How long a browser may look for the place, in milliseconds. */
const LOCATE_LIMIT_MS = 10_000;

/** Meets those who stand here: digits and place first, then who is there. */
export function FaceRoomSheet({ state, onClose }: { state: ChatState; onClose: () => void }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const { busy, problem, run } = useTask();
  const room = state.groups.faceRoom;
  useEffect(() => () => groups.leaveFaceRoom(), []);
  const join = async (): Promise<void> => {
    await groups.joinFaceRoom('');
    onClose();
  };
  if (room === undefined) {
    return (
      <Sheet title={t('faceToFace')} onClose={onClose}>
        <EnterForm />
      </Sheet>
    );
  }
  return (
    <Sheet title={`${t('faceToFace')} · ${room.code}`} onClose={onClose}>
      <p role="status">
        {t('faceHere', room.userIds.map((id) => nameOf(state, id)).join(t('listSeparator')))}
      </p>
      <ProblemText text={problem} />
      <button type="button" class="primary" disabled={busy} onClick={() => void run(join)}>
        {t('faceJoin')}
      </button>
    </Sheet>
  );
}

function EnterForm() {
  const { t } = useTexts();
  const { groups } = useActions();
  const { busy, problem, run } = useTask();
  const [code, setCode] = useState('');
  const { latitude, longitude, setLatitude, setLongitude, unknown } = usePlace();
  const place = { latitude: Number(latitude), longitude: Number(longitude) };
  const isPlace = latitude !== '' && longitude !== '' && Number.isFinite(place.latitude);
  const ready = /^\d{4}$/.test(code) && isPlace && Number.isFinite(place.longitude);
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void run(() => groups.enterFaceRoom(code, place));
      }}
    >
      <p class="muted small">{t('faceHint')}</p>
      <TextField
        label={t('faceCode')}
        name="code"
        value={code}
        maxLength={4}
        autofocus
        onChange={setCode}
      />
      {unknown && <p class="muted small">{t('faceNoPlace')}</p>}
      <div class="search">
        <TextField
          label={t('faceLatitude')}
          name="latitude"
          value={latitude}
          maxLength={MAX_DEGREES_LENGTH}
          onChange={setLatitude}
        />
        <TextField
          label={t('faceLongitude')}
          name="longitude"
          value={longitude}
          maxLength={MAX_DEGREES_LENGTH}
          onChange={setLongitude}
        />
      </div>
      <ProblemText text={problem} />
      <button type="submit" class="primary" disabled={busy || !ready}>
        {t('faceEnter')}
      </button>
    </form>
  );
}

/** Where the browser says that one is, if it may; what was typed stays. */
function usePlace() {
  const [latitude, setLatitude] = useState('');
  const [longitude, setLongitude] = useState('');
  const [unknown, setUnknown] = useState(false);
  useEffect(() => {
    const found = ({ coords }: GeolocationPosition): void => {
      setLatitude((typed) => typed || coords.latitude.toFixed(6));
      setLongitude((typed) => typed || coords.longitude.toFixed(6));
    };
    if (!('geolocation' in navigator)) setUnknown(true);
    else {
      const options = { timeout: LOCATE_LIMIT_MS };
      navigator.geolocation.getCurrentPosition(found, () => setUnknown(true), options);
    }
  }, []);
  return { latitude, longitude, setLatitude, setLongitude, unknown };
}
