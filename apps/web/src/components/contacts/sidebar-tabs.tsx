import { useTexts } from '../page-context.js';

export type SidebarTab = 'chats' | 'contacts';

interface SidebarTabsProps {
  readonly tab: SidebarTab;
  /** Friend requests that were not seen. */
  readonly unread: number;
  readonly onTab: (tab: SidebarTab) => void;
}

export function SidebarTabs({ tab, unread, onTab }: SidebarTabsProps) {
  const { t } = useTexts();
  return (
    <div class="tabs" role="tablist">
      {(['chats', 'contacts'] as const).map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          aria-selected={each === tab}
          onClick={() => onTab(each)}
        >
          {t(each)}
          {each === 'contacts' && unread > 0 && (
            <span class="badge" aria-label={t('newRequests', unread)}>
              {unread > 99 ? '99+' : unread}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
