import { isDeepStrictEqual } from "node:util";
import type { DiffResult, PropertyChange } from "./resource.ts";
import { containsUnknown, type PropertyMap } from "./values.ts";

/**
 * Compares inputs property by property.
 *
 * @param replace properties whose change recreates the resource; all others are updated in place
 * @example diffInputs(request.oldInputs, request.newInputs, ["name", "network"])
 */
export function diffInputs(
  olds: PropertyMap,
  news: PropertyMap,
  replace: readonly string[],
): DiffResult {
  const changes: Record<string, PropertyChange> = {};
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    const before = olds[key];
    const after = news[key];
    if (!containsUnknown(after) && isDeepStrictEqual(before ?? null, after ?? null)) continue;
    changes[key] = {
      kind: before === undefined ? "add" : after === undefined ? "delete" : "update",
      replace: replace.includes(key),
    };
  }
  return { changes };
}
