import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

/** Larger than any text that a person writes for this program. Such a file is refused, not read. */
const largest = 1024 * 1024;

/** The same limit for files of programs, for example a kubeconfig of hundreds of clusters. */
export const largestMade = 16 * largest;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is a file, not a directory",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "its path is too long",
  // Opening the file of a socket.
  ENXIO: "it is a socket, not a file",
};

const reasonsNotToWrite: Readonly<Record<string, string>> = {
  ...reasons,
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "its file system is read-only",
  // Creating a folder where there is a file.
  EEXIST: "a part of its path is a file, not a directory",
  ENXIO: "it is a pipe that nobody reads, or a socket",
};

/**
 * The text of a file that a person named. Anything else at the path is refused at once: reading a pipe would
 * wait for a writer, and no signal ends that.
 *
 * @param limit in bytes
 * @throws Error whose message is the reason, such as `it is a directory`, and whose cause is the system's
 *   error
 */
export function readPlainFile(file: string, limit = largest): string {
  try {
    // Doesn't wait for the other end of a pipe.
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const reason = notPlain(fstatSync(descriptor), limit);
      if (reason !== undefined) throw new Error(reason);
      return decodeText(readFileSync(descriptor), limit);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new Error(unreadableBecause(error), { cause: error });
  }
}

/**
 * Opens a file of any size that a person named. Anything else at the path is refused at once.
 *
 * @throws Error as {@link readPlainFile} does
 */
export async function openPlainFile(file: string): Promise<FileHandle> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const reason = notPlain(await handle.stat(), Infinity);
  if (reason === undefined) return handle;
  await handle.close();
  throw new Error(reason);
}

/** Whether {@link readPlainFile} found no file. */
export function isMissing(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Why a file can't be read. */
export function unreadableBecause(error: unknown): string {
  return inWords(error, reasons);
}

/** Why a file can't be written. */
export function unwritableBecause(error: unknown): string {
  return inWords(error, reasonsNotToWrite);
}

function inWords(error: unknown, words: Readonly<Record<string, string>>): string {
  if (!(error instanceof Error)) return String(error);
  return words[(error as NodeJS.ErrnoException).code ?? ""] ?? error.message;
}

/**
 * Decodes text as people's editors write it.
 *
 * @throws Error whose message says what it is instead
 */
export function decodeText(content: Uint8Array, limit = largest): string {
  if (content.length > limit) throw new Error(tooLarge(limit));
  const [first, second] = content;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new Error("it is UTF-16 text: save it as UTF-8");
  }
  if (content.includes(0)) throw new Error("it is a binary file, not text");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw new Error("it is not UTF-8 text");
  }
}

function tooLarge(limit: number): string {
  return `it is larger than ${limit / 1024} KiB`;
}

function notPlain(found: Stats, limit: number): string | undefined {
  if (found.isDirectory()) return "it is a directory, not a file";
  if (found.isFIFO()) return "it is a pipe, not a file";
  if (found.isSocket()) return "it is a socket, not a file";
  if (!found.isFile()) return "it is a device, not a file";
  return found.size > limit ? tooLarge(limit) : undefined;
}
