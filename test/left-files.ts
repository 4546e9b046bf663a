import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

/** A file that a command has left, and who may read it. */
export interface LeftFile {
  /** Below the directory. */
  readonly name: string;
  readonly text: string;
  /** Such as `600`. */
  readonly mode: string;
}

/** Every file below a directory. */
export async function filesBelow(directory: string): Promise<readonly LeftFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const { mode } = await stat(file);
        return {
          name: path.relative(directory, file),
          text: await readFile(file, "latin1"),
          mode: (mode & 0o777).toString(8),
        };
      }),
  );
}
