import os from "node:os";
import path from "node:path";

/**
 * An absolute path of a file that a person named in a topology, where no shell reads it: `~` and `$HOME` at its
 * beginning are the home directory. Nothing else is expanded.
 *
 * @param directory that relative paths start from
 */
export function resolvePath(directory: string, file: string, home: string = os.homedir()): string {
  return path.resolve(
    directory,
    file.replace(/^(?:~|\$HOME|\$\{HOME\})(?=\/|$)/, () => home),
  );
}

/** What a person may have expected of a path that names no file; undefined where nothing suggests itself. */
export function unexpanded(file: string): string | undefined {
  const variable = /\$\{?\w+\}?/.exec(file)?.[0];
  if (variable !== undefined) return `${variable} is not expanded, only $HOME at the beginning is`;
  const user = /^~[^/]+/.exec(file)?.[0];
  return user === undefined ? undefined : `${user} is not expanded, only ~/ is`;
}
