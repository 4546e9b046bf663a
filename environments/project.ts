import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { projectDirectory } from "./paths.ts";

/** The part of Pulumi.yaml that the commands need. */
export interface ProjectFile {
  readonly name: string;
  readonly main?: string;
  readonly stackConfigDir?: string;
  readonly plugins?: Readonly<Record<string, readonly PluginEntry[]>>;
  readonly [key: string]: unknown;
}

interface PluginEntry {
  readonly name: string;
  readonly path?: string;
}

export async function readProject(): Promise<ProjectFile> {
  return parse(await readFile(path.join(projectDirectory, "Pulumi.yaml"), "utf8")) as ProjectFile;
}

/** Directory of the stacks' configuration files. */
export function stackDirectory(project: ProjectFile): string {
  return path.join(projectDirectory, project.stackConfigDir ?? ".");
}

/**
 * The project as a file that works from any other directory. Pulumi writes the salt of a passphrase into the
 * stack's configuration file, which would be in the checkout. With a project file elsewhere the committed
 * files don't change.
 */
export function relocated(project: ProjectFile): ProjectFile {
  const { plugins, ...rest } = project;
  const absolute = (file: string): string => path.resolve(projectDirectory, file);
  return {
    ...rest,
    stackConfigDir: ".",
    main: absolute(project.main ?? "."),
    ...(plugins && {
      plugins: Object.fromEntries(
        Object.entries(plugins).map(([kind, entries]) => [
          kind,
          entries.map((entry) =>
            entry.path === undefined ? entry : { ...entry, path: absolute(entry.path) },
          ),
        ]),
      ),
    }),
  };
}
