import path from "node:path";
import { largestMade, readPlainFile } from "../system/plain-file.ts";
import type { PlanContext } from "../planning/plan.ts";
import { projectDirectory } from "./paths.ts";

/**
 * What certificates and keys of a topology are checked with before anything is made. Relative paths in a
 * stack's configuration start from the project, as they do for its program.
 */
export function certificateFiles(): NonNullable<PlanContext["certificates"]> {
  return {
    readFile: (file) => readPlainFile(path.resolve(projectDirectory, file)),
    now: new Date(),
  };
}

/** What the kubeconfigs of clusters that exist are looked at with. */
export function kubeconfigFiles(): NonNullable<PlanContext["kubeconfigs"]> {
  return { readFile: (file) => readPlainFile(path.resolve(projectDirectory, file), largestMade) };
}
