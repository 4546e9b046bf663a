import type { Sources } from "./sources.ts";

/** The file that a topology was read from. */
export interface TopologyOrigin {
  /** Absolute path, symbolic links followed. */
  readonly file: string;
  /**
   * The file's path in its repository. It is the same in another checkout, or on another machine that shares
   * the state.
   */
  readonly inRepository?: string;
}

/** What a stack was made from. The stack's state records it, and later commands use it. */
export interface MadeFrom {
  /** Absent if a program contains the topology. */
  readonly topology?: TopologyOrigin;
  /** Where images and charts came from, with absolute paths. Empty: all from the public registries. */
  readonly sources: Sources;
}
