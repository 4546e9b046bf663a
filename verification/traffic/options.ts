import type { CheckResult } from "../checks/check.ts";
import type { Lanes } from "../../kubernetes/lanes.ts";

/** What a verification with traffic waits for, by its name in `timeLimits`. */
export type Wait =
  | "probesReady"
  | "mirrorFollows"
  | "federatedComplete"
  | "endpointsKnown"
  | "trafficArrives";

/** Upper limits of some waits, in milliseconds. */
export type WaitLimits = Readonly<Partial<Record<Wait, number>>>;

/** Options of {@link verifyTraffic}. */
export interface TrafficOptions {
  /** Interrupts. The probe workloads are removed before the promise rejects. */
  readonly signal?: AbortSignal | undefined;
  /** @default an agnhost image on the cluster's nodes, else registry.k8s.io/e2e-test-images/agnhost:2.56 */
  readonly probeImage?: string | undefined;
  /**
   * Takes the probes of each entry of `traffic` away, place by place, and requires that requests move.
   * @default false
   */
  readonly drill?: boolean | undefined;
  /** How much runs at once. @default by the processors of this machine */
  readonly lanes?: Lanes | undefined;
  /** Upper limit of each wait, in milliseconds, by its name or one for all. @default as in `timeLimits` */
  readonly limit?: number | WaitLimits | undefined;
  /** Called with each result as soon as there is one. */
  readonly onResult?: ((result: CheckResult) => void) | undefined;
}
