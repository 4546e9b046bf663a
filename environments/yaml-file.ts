import { stringify } from "yaml";
import { decodeText, readPlainFile, unreadableBecause } from "../system/plain-file.ts";
import { badInput } from "./command-error.ts";
import { readYaml } from "./read-yaml.ts";

/** More than these usually come from one mistake. */
const shown = 10;

/**
 * The value in a YAML file.
 *
 * @throws CommandError with the reason why it can't be read, or with every mistake in it and its place
 */
export function readYamlFile(file: string): Promise<unknown> {
  return new Promise((resolve) => resolve(parseYaml(readText(file), file)));
}

/**
 * The YAML value on standard input.
 *
 * @param signal ends the wait for it
 * @throws CommandError as {@link readYamlFile} does
 */
export async function readYamlInput(signal: AbortSignal): Promise<unknown> {
  return parseYaml(await readInput(signal), standardInput);
}

/** What messages call standard input. */
export const standardInput = "standard input";

/**
 * The text on standard input.
 *
 * @param signal ends the wait for it
 * @throws CommandError, exit code 2, if it can't be read
 */
export async function readInput(signal: AbortSignal): Promise<string> {
  const { stdin } = process;
  const stop = (): void => void stdin.destroy(new Error("interrupted"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Buffer));
    return decodeText(Buffer.concat(chunks));
  } catch (error) {
    if (signal.aborted) throw error;
    throw badInput(`${standardInput} can't be read: ${unreadableBecause(error)}`);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function readText(file: string): string {
  try {
    return readPlainFile(file);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw badInput(`there is no file ${file}: name a YAML file that holds a topology`);
    }
    throw badInput(
      `${file} can't be read: ${(error as Error).message}. Name a YAML file that holds a topology`,
    );
  }
}

function parseYaml(text: string, name: string): unknown {
  const { value, problems } = readYaml(text);
  if (problems.length > 0) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems
      .slice(0, shown)
      .map(
        ({ line, column, message, fix }) =>
          `\n  line ${line}, column ${column}: ${message} (${fix})`,
      );
    const more = problems.length > shown ? `\n  and ${problems.length - shown} more` : "";
    throw badInput(`${name} can't be read as YAML, ${count}:${lines.join("")}${more}`);
  }
  if (value === null) {
    throw badInput(
      `${name} is empty: write a topology in it, such as "clusters: [{ name: west }]"`,
    );
  }
  return value;
}

/**
 * YAML that every reader understands alike, whatever its version of YAML: all text is quoted, and characters
 * that some readers treat as line ends are escaped.
 */
export function writeYaml(value: unknown): string {
  return stringify(value, { defaultStringType: "QUOTE_DOUBLE", lineWidth: 0 }).replaceAll(
    /[\x7f-\x9f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
