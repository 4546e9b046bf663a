import { access, constants, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { messageOf } from "./message-of.ts";

/**
 * Sees to it that files can be written once there is something to write, which may be minutes later: makes
 * folders that are missing.
 *
 * @param files by the option that asks for each
 * @throws CommandError, exit code 2, with every file that can't be written
 */
export async function requireWritable(
  files: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const problems = await Promise.all(
    Object.entries(files).map(async ([option, file]) => {
      if (file === undefined) return [];
      try {
        await tryToWrite(file, option === "--bundle");
        return [];
      } catch (error) {
        return [`${option} ${file} can't be written: ${messageOf(error)}`];
      }
    }),
  );
  const found = problems.flat();
  if (found.length === 0) return;
  throw new CommandError(`${found.join("\n")}\nName a file in a folder that you may write to`, {
    exitCode: exitCodes.badInput,
  });
}

async function tryToWrite(file: string, mayBeFolder: boolean): Promise<void> {
  if (file === "") throw new Error("it has no name");
  const found = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (found?.isDirectory() === true && !mayBeFolder) throw new Error("it is a folder");
  const folder = path.dirname(path.resolve(file));
  if (found === undefined) await mkdir(folder, { recursive: true });
  await access(found === undefined ? folder : file, constants.W_OK);
}
