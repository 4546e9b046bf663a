const mark = "not run: ";

/** Thrown if a test can't run because of an earlier failure. It is no failure of its own. */
export class NotRun extends Error {
  constructor(reason: string) {
    // The process of a test file doesn't pass on the class of an error, so the message has a mark.
    super(`${mark}${reason}`);
  }
}

/** Why a test wasn't run, from the error's message. */
export function reasonNotRun(message: string): string | undefined {
  return message.startsWith(mark) ? message.slice(mark.length) : undefined;
}
