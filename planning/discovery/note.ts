import type { Path } from "../topology/problem.ts";

/**
 * What a person should know of a topology that was found.
 *
 * `guess`: it may be otherwise. `limit`: a topology can't say it. `outside`: it leads to what was not looked at.
 * `unread`: it could not be looked at.
 */
export interface Note {
  readonly kind: "guess" | "limit" | "outside" | "unread";
  /** Where in the topology it belongs. */
  readonly at: Path;
  readonly text: string;
}
