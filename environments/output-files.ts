import { openSync } from "node:fs";
import { access, constants, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { unwritableBecause } from "../system/plain-file.ts";
import { badInput } from "./command-error.ts";

/**
 * Makes sure that files can be written once there is something to write, perhaps minutes later. It creates
 * missing folders.
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
        return [`${option} ${file} can't be written: ${unwritableBecause(error)}`];
      }
    }),
  );
  const found = problems.flat();
  if (found.length === 0) return;
  throw badInput(`${found.join("\n")}\nName a file in a folder that you may write to`);
}

async function tryToWrite(file: string, mayBeFolder: boolean): Promise<void> {
  if (file === "") throw new Error("it has no name");
  const found = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (found?.isDirectory() === true && !mayBeFolder) throw new Error("it is a folder");
  if (found?.isFIFO() === true) {
    // Writing would wait for a reader, and no signal ends that. It stays open: for a reader, closing it would
    // be the end of the text.
    openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    return;
  }
  const folder = path.dirname(path.resolve(file));
  if (found === undefined) await mkdir(folder, { recursive: true });
  await access(found === undefined ? folder : file, constants.W_OK);
}

/**
 * Makes sure that a command can keep its state before it spends minutes on something that has one. It creates
 * nothing, so that a command that is refused later leaves nothing behind.
 *
 * @throws CommandError, exit code 2
 */
export async function requireStateDirectory(directory: string): Promise<void> {
  try {
    await tryToMake(directory);
  } catch (error) {
    throw badInput(
      `the state can't be kept in ${directory}: ${unwritableBecause(error)}. Make it a directory that you may ` +
        "write to, or name another one for it by XDG_STATE_HOME",
      { cause: error },
    );
  }
}

async function tryToMake(directory: string): Promise<void> {
  const found = await stat(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (found?.isDirectory() === false) throw new Error("it is a file");
  if (found !== undefined) await access(directory, constants.W_OK | constants.X_OK);
  else await tryToMake(path.dirname(directory));
}
