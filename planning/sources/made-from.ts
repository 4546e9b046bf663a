import type { Sources } from "./sources.ts";

/** The file that a topology was read from. */
export interface TopologyOrigin {
  /** Absolute path, symbolic links followed. */
  readonly file: string;
  /**
   * The file's path in the repository that it belongs to. It stays the same in another checkout, or on
   * another machine that shares the state.
   */
  readonly inRepository?: string;
}

/** What a stack was made from. It is recorded in the stack's state, and later commands go by it. */
export interface MadeFrom {
  /** Absent where a program holds the topology. */
  readonly topology?: TopologyOrigin;
  /** Where images and charts came from, paths absolute. Empty: all from the public registries. */
  readonly sources: Sources;
}
