import type { CheckResult } from "../checks/check.ts";
import type { Lanes } from "../../kubernetes/lanes.ts";

/** What may be given to {@link verifyTraffic}. */
export interface TrafficOptions {
  /** Interrupts; the probe workloads are removed before it rejects. */
  readonly signal?: AbortSignal;
  /** @default an agnhost that a cluster's nodes have, else registry.k8s.io/e2e-test-images/agnhost:2.56 */
  readonly probeImage?: string;
  /** What it may do at once. @default by the processors of this machine */
  readonly lanes?: Lanes;
  /** Milliseconds that no single wait exceeds. @default each wait's own, in `timeLimits` */
  readonly limit?: number;
  /** Told of each result as soon as there is one. */
  readonly onResult?: (result: CheckResult) => void;
}
