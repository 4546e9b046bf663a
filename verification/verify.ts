import { timeLimits } from "../system/time-limits.ts";
import type { CheckResult, Group } from "./checks/check.ts";
import { groups } from "./checks/check.ts";
import { exhaustiveCatalogue, runThoroughChecks } from "./checks/thorough.ts";
import type { OpenCluster } from "./checks/asked.ts";
import { Connections } from "./connections.ts";
import { defaultConcurrency, lanesFor } from "../kubernetes/lanes.ts";
import type { Mesh } from "./observe.ts";
import { failuresOf, proveTopology } from "./prove.ts";
import { runTraffic } from "./run-traffic.ts";
import type { MeshStatus } from "./status.ts";

/** How far a verification has come. */
export interface VerificationProgress {
  /** Checks that have a result. */
  readonly done: number;
  /** Checks that there are, as far as is known: those of traffic appear while they run. */
  readonly total: number;
  readonly latest?: CheckResult;
}

/** What may be given to {@link verify}. */
export interface VerifyOptions {
  /** Interrupts; what the verification made in the clusters is removed before it rejects. */
  readonly signal?: AbortSignal;
  /**
   * How long what may still pass is waited for, in milliseconds: a mesh that was just changed settles.
   * Traffic has limits of its own.
   * @default timeLimits.verified
   */
  readonly limit?: number;
  /** Sends traffic over every Link, by workloads in a namespace of their own. @default true */
  readonly traffic?: boolean;
  /**
   * Asks every target, as the account of each Link, what that account may do there.
   * @default true
   */
  readonly rights?: boolean;
  /**
   * How many requests may be under way at once, over all clusters; of commands in pods and of port-forwards
   * a quarter of it. Time limits begin when a request does, so that a small number makes a verification slow
   * and no check fail.
   * @default four for each processor of this machine
   */
  readonly concurrency?: number;
  /** Image of those workloads. @default the one that the toolchain brings, or agnhost */
  readonly probeImage?: string;
  readonly onProgress?: (progress: VerificationProgress) => void;
}

/** What a verification found. Plain data. */
export interface Verification {
  /** No check failed. */
  readonly proved: boolean;
  readonly status: MeshStatus;
  /** In the order mesh, clusters, Links, traffic. */
  readonly results: readonly CheckResult[];
  /** ISO 8601. */
  readonly startedAt: string;
  /** How long it took. */
  readonly milliseconds: number;
}

/**
 * Asks the running clusters whether the topology does what the plan says, from what they say of
 * themselves to requests over every Link. A failed check is part of the answer, never an error.
 *
 * @throws the signal's reason, once it is aborted
 * @example
 * ```ts
 * const verification = await verify(mesh);
 * console.log(renderVerification(verification));
 * process.exitCode = verification.proved ? 0 : 1;
 * ```
 */
export async function verify(mesh: Mesh, options: VerifyOptions = {}): Promise<Verification> {
  const { signal } = options;
  const startedAt = new Date().toISOString();
  const started = performance.now();
  const lanes = lanesFor(options.concurrency ?? defaultConcurrency());
  const connections = new Connections({ signal, lanes });
  const opened = await openClusters(mesh, connections);
  const proof = await proveTopology(mesh, {
    limit: options.limit ?? timeLimits.verified,
    ...(signal && { signal }),
    connections,
    further: (status) => runThoroughChecks(mesh.plan, status, answering(opened, status)),
  });
  signal?.throwIfAborted();
  const { status } = proof;
  const exhaustive =
    options.rights === false
      ? []
      : await runThoroughChecks(mesh.plan, status, answering(opened, status), exhaustiveCatalogue);
  signal?.throwIfAborted();
  const settled = [...proof.results, ...exhaustive];
  let done = 0;
  const tell = (latest: CheckResult): void => {
    done += 1;
    options.onProgress?.({ done, total: Math.max(done, settled.length), latest });
  };
  for (const result of settled) tell(result);
  const traffic =
    options.traffic === false
      ? []
      : await runTraffic(mesh, status, {
          lanes,
          ...(signal && { signal }),
          ...(options.probeImage !== undefined && { probeImage: options.probeImage }),
          onResult: tell,
        });
  signal?.throwIfAborted();
  const results = inOrder([...settled, ...traffic]);
  return {
    proved: failuresOf(results).length === 0,
    status,
    results,
    startedAt,
    milliseconds: Math.round(performance.now() - started),
  };
}

/** A cluster whose kubeconfig can't be used is left out: what is observed of it says why. */
async function openClusters(
  mesh: Mesh,
  connections: Connections,
): Promise<ReadonlyMap<string, OpenCluster>> {
  const opened = await Promise.allSettled(
    mesh.clusters.map(async (access) => {
      const api = await connections.open(access);
      return [access.name, { access, api, lanes: connections.lanes }] as const;
    }),
  );
  return new Map(opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
}

function answering(
  opened: ReadonlyMap<string, OpenCluster>,
  { clusters }: MeshStatus,
): ReadonlyMap<string, OpenCluster> {
  const names = clusters.filter(({ reachable }) => reachable).map(({ name }) => name);
  return new Map([...opened].filter(([name]) => names.includes(name)));
}

/** By group, and within it by subject: what belongs together is found in two places of the run. */
function inOrder(results: readonly CheckResult[]): readonly CheckResult[] {
  const subjects = [...new Set(results.map(({ subject }) => subject))];
  const rank = ({ group = "" }: CheckResult): number => groups.indexOf(group as Group);
  return results.toSorted(
    (a, b) => rank(a) - rank(b) || subjects.indexOf(a.subject) - subjects.indexOf(b.subject),
  );
}
