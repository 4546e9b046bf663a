import type { DiffResult, PropertyMap } from "../server/index.ts";
import { text } from "./inputs.ts";

/**
 * A diff by which the next update tries again what came out otherwise than wanted.
 *
 * @param output property that tells what came out
 * @param wanted its value where nothing is left to do
 */
export function againUnless(
  { changes }: DiffResult,
  oldOutputs: PropertyMap,
  output: string,
  wanted: string,
): DiffResult {
  const settled = text(oldOutputs, output) === wanted;
  return { changes: settled ? changes : { ...changes, [output]: { kind: "update" } } };
}
