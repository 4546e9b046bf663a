/** What a service mirror's log says about its Link. */
export interface ControllerLog {
  /** The Link that it took up last. Undefined if its log doesn't reach back that far. */
  readonly takenUp: { readonly uid: string; readonly generation: number } | undefined;
  /** Its last error since then. */
  readonly error: string | undefined;
}

/** Reads a service mirror's log, plain or JSON. */
export function readControllerLog(text: string, link: string): ControllerLog {
  const lines = text.split("\n");
  const last = lines.findLastIndex((line) => line.includes(`Got updated link ${link}: `));
  // Go's %+v of the Link: {... UID:<uid> ResourceVersion:<n> Generation:<n> ...}
  const [, uid] = / UID:(\S+)/.exec(lines[last] ?? "") ?? [];
  const [, generation] = / Generation:(\d+)/.exec(lines[last] ?? "") ?? [];
  const error = lines
    .slice(last + 1)
    .findLast((line) => /level"?[=:]\s*"?(error|fatal)/.test(line));
  return {
    takenUp:
      uid === undefined || generation === undefined
        ? undefined
        : { uid, generation: Number(generation) },
    error: error === undefined ? undefined : messageOf(error),
  };
}

function messageOf(line: string): string {
  const [, quoted] = /msg"?[=:]\s*("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
  if (quoted === undefined) return line.trim();
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
