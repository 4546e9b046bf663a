/** What is known of the process that holds a lock. */
export type HolderIs = "alive" | "gone" | "unknown";

export interface FileLockOptions {
  /** One line that tells who holds it. */
  readonly holder: string;
  /** Tells of a holder whether it lives, where that can be told for certain. @default `unknown` of all */
  readonly look?: (holder: string) => Promise<HolderIs> | HolderIs;
  /**
   * Told at each look at a lock that is taken who holds it, and whether that one lives: by `look`, or because it
   * touched its lock. What it throws ends the waiting.
   */
  readonly onWait?: (holder: string, state: "alive" | "unknown") => void;
  /** Milliseconds between two touches. @default 3000 */
  readonly beat?: number;
  /** Milliseconds without a touch after which a lock is nobody's. @default 30000 */
  readonly abandonedAfter?: number;
}

/**
 * Runs `work` while no other process runs work under the same lock, of all that see the same directory.
 *
 * @param lock directory; it stays, with one small file in it
 * @param work told whether the holder before did not come to its end
 */
export function withFileLock<T>(
  lock: string,
  options: FileLockOptions,
  work: (taken: { readonly abandoned: boolean }) => Promise<T>,
): Promise<T>;
