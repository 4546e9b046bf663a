import type { Path } from "../topology/problem.ts";

/**
 * What a person should know about a discovered topology.
 *
 * `guess`: the truth may differ. `limit`: a topology can't express it. `outside`: it leads to a cluster that
 * wasn't observed. `unread`: it couldn't be read.
 */
export interface Note {
  readonly kind: "guess" | "limit" | "outside" | "unread";
  /** The part of the topology that it concerns. */
  readonly at: Path;
  readonly text: string;
}
