import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/**
 * A directory for temporary files. Its name tells the leak gate (test/runner/leaks.ts) that tests made it,
 * and which process: whatever tests make bears both.
 *
 * @param kind `engine-test` or `linkerd-topology-e2e`
 */
export function temporaryDirectory(kind: string): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), `${kind}-${process.pid}-`));
}
