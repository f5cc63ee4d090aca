/** A server program is not on this machine and could not be installed. The message names the two ways out. */
export class ServersMissingError extends Error {
  override readonly name = 'ServersMissingError';
  constructor(
    readonly missing: readonly string[],
    reason: string,
  ) {
    super(
      `${missing.join(' and ')} not found on this machine (${reason}). Two ways to go on:\n` +
        '  1. install them:   sudo apt-get install --no-install-recommends mariadb-server redis-server\n' +
        '                     (macOS: brew install mariadb redis)\n' +
        '  2. use containers: docker compose -f deploy/compose/dev.yaml up -d\n' +
        '                     export QUEQIAO_MYSQL_URL=mysql://root@127.0.0.1:13306\n' +
        '                     export QUEQIAO_REDIS_URL=redis://127.0.0.1:16379',
    );
  }
}

/** No browser on this machine, and none could be installed. */
export class ChromiumMissingError extends Error {
  override readonly name = 'ChromiumMissingError';
  constructor(reason: string) {
    super(
      `chromium not found on this machine (${reason}). Install the package \`chromium\`, ` +
        'or set QUEQIAO_CHROMIUM to the path of a Chromium or Chrome program.',
    );
  }
}

/** Somebody else listens on the port that a server was told to use. Nothing of theirs was touched. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  constructor(
    readonly server: string,
    readonly port: number,
  ) {
    super(
      `port ${port} on 127.0.0.1 is taken, so ${server} cannot start there: ` +
        'end the other process (perhaps an earlier run), or choose another port',
    );
  }
}

/** A server ended, or did not answer in time, while it was starting. Carries the end of its log. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
  constructor(
    readonly server: string,
    reason: string,
    readonly logTail: string,
  ) {
    super(`${server} did not start: ${reason}${logTail === '' ? '' : `\n${logTail}`}`);
  }
}

/** A scenario that would kill or empty a server met one that was given by URL. */
export class NotDestructibleError extends Error {
  override readonly name = 'NotDestructibleError';
  constructor(scenario: string, external: readonly string[]) {
    super(
      `${scenario} destroys data or kills servers, and ${external.join(' and ')} was given by URL: ` +
        'unset QUEQIAO_MYSQL_URL and QUEQIAO_REDIS_URL to run it on throw-away servers',
    );
  }
}
