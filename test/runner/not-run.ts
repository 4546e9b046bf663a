const mark = "not run: ";

/** Thrown where a test can't be run because of what failed before: no failure of its own. */
export class NotRun extends Error {
  constructor(reason: string) {
    // Of an error's class nothing comes through from the process that runs a test file.
    super(`${mark}${reason}`);
  }
}

/** Why a test was not run, by the message of what was thrown. */
export function reasonNotRun(message: string): string | undefined {
  return message.startsWith(mark) ? message.slice(mark.length) : undefined;
}
