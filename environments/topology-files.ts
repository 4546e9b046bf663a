import { largestMade, readPlainFile } from "../system/plain-file.ts";
import { resolvePath } from "../system/resolve-path.ts";
import type { PlanContext } from "../planning/plan.ts";
import { projectDirectory } from "./paths.ts";

/**
 * Access to a topology's certificates and keys, for the checks before anything is created. Relative paths in
 * a stack's configuration start from the project, as they do for its program.
 */
export function certificateFiles(): NonNullable<PlanContext["certificates"]> {
  return {
    readFile: (file) => readPlainFile(resolvePath(projectDirectory, file)),
    now: new Date(),
  };
}

/** Access to the kubeconfigs of existing clusters. */
export function kubeconfigFiles(): NonNullable<PlanContext["kubeconfigs"]> {
  return { readFile: (file) => readPlainFile(resolvePath(projectDirectory, file), largestMade) };
}
