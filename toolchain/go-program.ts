import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** A program built from Go modules at pinned versions. */
export interface GoProgram {
  /** Folder below `toolchain/go` with the go.mod and go.sum that pin it. */
  readonly module: string;
  /** File name of the built program. */
  readonly binary: string;
  /** Import path of the main package. @default the module's own */
  readonly package?: string;
  readonly tags?: readonly string[];
  /** Variables that the linker sets, by import path and name; mostly versions. */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Files that the program embeds but that are in a module it requires: file name beside the program →
   * source.
   */
  readonly embeds?: Readonly<Record<string, ModuleFile>>;
}

export interface ModuleFile {
  readonly module: string;
  readonly path: string;
}

/** Folder with the modules of the Go programs. */
export const goFolder = join(import.meta.dirname, "go");

/** Flags of every build. They are part of a build's key. */
export const buildFlags = ["-trimpath", "-buildvcs=false", "-mod=readonly"] as const;

/**
 * Returns everything that a program depends on, as text: the files of its module and its build options.
 * Equal inputs give an equal program, whatever the paths on the machine.
 */
export async function inputsOf(program: GoProgram, folder = goFolder): Promise<string> {
  const module = join(folder, program.module);
  const files = await sourcesOf(module);
  const contents = await Promise.all(
    files.map(async (file) => `${relative(module, file)}\n${await readFile(file, "utf8")}`),
  );
  return [
    JSON.stringify({ ...program, flags: buildFlags }),
    `${process.platform} ${process.arch}`,
    ...contents,
  ].join("\n\0\n");
}

export function shortHash(inputs: readonly string[]): string {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}\n`).update(input);
  return hash.digest("hex").slice(0, 10);
}

async function sourcesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /(?:^go\.(?:mod|sum)|\.go)$/.test(entry.name))
    .filter((entry) => !entry.name.endsWith("_test.go"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Returns the arguments of `go build` for a program. */
export function buildArguments(program: GoProgram, output: string, overlay?: string): string[] {
  const variables = Object.entries(program.variables ?? {});
  const linker = ["-s", "-w", ...variables.map(([name, value]) => `-X ${name}=${value}`)];
  return [
    "build",
    ...buildFlags,
    "-v",
    ...(program.tags === undefined ? [] : [`-tags=${program.tags.join(",")}`]),
    `-ldflags=${linker.join(" ")}`,
    ...(overlay === undefined ? [] : [`-overlay=${overlay}`]),
    "-o",
    output,
    program.package ?? ".",
  ];
}
