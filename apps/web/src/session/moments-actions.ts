import type {
  AudienceInfo,
  CommentInfo,
  MediaInfo,
  MomentsView,
  PostDraft,
  VideoInfo,
} from '../state/moments-state.js';

/** What can be done about posts. All that returns a promise throws Problem, and what it changes is seen in the state. */
export interface MomentsActions {
  /** Undefined: back to the list of conversations. */
  open(view: MomentsView | undefined): void;
  /** Shows what came since. */
  refresh(): Promise<void>;
  /** Shows older posts, or notices. */
  loadMore(): Promise<void>;
  publish(draft: PostDraft, audience: AudienceInfo): Promise<void>;
  edit(postId: string, draft: PostDraft): Promise<void>;
  setAudience(postId: string, audience: AudienceInfo): Promise<void>;
  remove(postId: string): Promise<void>;
  like(postId: string, liked: boolean): Promise<void>;
  comment(postId: string, text: string, replyTo: CommentInfo | undefined): Promise<void>;
  removeComment(postId: string, commentId: string): Promise<void>;
  /** Passes a post on to a friend, in these words. */
  share(postId: string, userId: string, text: string): Promise<void>;
  uploadImage(file: File): Promise<MediaInfo>;
  uploadVideo(file: File): Promise<VideoInfo>;
  /** This person looks at the notices. */
  seeNotices(): void;
}
