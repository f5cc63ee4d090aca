/** Why a question came to nothing, in a word that the app's back end is shown. */
export class HookFailure extends Error {
  constructor(readonly reason: string) {
    super(`no answer of the hook: ${reason}`);
    this.name = 'HookFailure';
  }
}
