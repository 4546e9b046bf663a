/** Whether the process that holds a lock is alive. */
export type HolderIs = "alive" | "gone" | "unknown";

export interface FileLockOptions {
  /** One line that identifies the holder. */
  readonly holder: string;
  /**
   * Tells whether a holder is alive, if that can be known for certain. @default `unknown` for all
   * holders
   */
  readonly look?: (holder: string) => Promise<HolderIs> | HolderIs;
  /**
   * Called at each look at a taken lock, with the holder and whether it is alive (from `look`, or
   * because it touched its lock). Throw to stop waiting.
   */
  readonly onWait?: (holder: string, state: "alive" | "unknown") => void;
  /** Milliseconds between two touches of the lock. @default 3000 */
  readonly beat?: number;
  /** Milliseconds without a touch after which a lock counts as abandoned. @default 30000 */
  readonly abandonedAfter?: number;
}

/**
 * Runs `work` while no other process that sees the same directory runs work under the same lock.
 *
 * @param lock directory; it stays, with one small file in it
 * @param work is told whether the previous holder abandoned the lock
 */
export function withFileLock<T>(
  lock: string,
  options: FileLockOptions,
  work: (taken: { readonly abandoned: boolean }) => Promise<T>,
): Promise<T>;
