import { stat } from "node:fs/promises";
import { unreadableBecause } from "./plain-file.ts";

/**
 * Why a path of this machine can't be mounted. Undefined if it can. Docker would create an empty directory of
 * root's in its place.
 */
export async function whyNotMountable(path: string): Promise<string | undefined> {
  try {
    await stat(path);
    return undefined;
  } catch (error) {
    return unreadableBecause(error);
  }
}
