import { stat } from "node:fs/promises";
import { unreadableBecause } from "./plain-file.ts";

/**
 * Why a path of this machine can't be mounted, in words; undefined where it can. Docker would make an empty
 * directory of root's in its place.
 */
export async function whyNotMountable(path: string): Promise<string | undefined> {
  try {
    await stat(path);
    return undefined;
  } catch (error) {
    return unreadableBecause(error);
  }
}
