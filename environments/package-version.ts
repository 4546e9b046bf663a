import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { projectDirectory } from "./paths.ts";

/** The version of this package. */
export function packageVersion(): string {
  // The compiled package is one directory deeper than the sources.
  const file = ["package.json", "../package.json"]
    .map((name) => path.join(projectDirectory, name))
    .find((name) => existsSync(name));
  if (file === undefined) return "unknown";
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
