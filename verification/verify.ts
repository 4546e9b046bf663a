import { timeLimits } from "../system/time-limits.ts";
import { type CheckResult, type Group, groups } from "./checks/check.ts";
import { exhaustiveCatalogue, runThoroughChecks } from "./checks/thorough.ts";
import type { OpenCluster } from "./checks/asked.ts";
import { Connections } from "./connections.ts";
import { defaultConcurrency, lanesFor } from "../kubernetes/lanes.ts";
import type { Mesh } from "./observe.ts";
import { failuresOf, proveTopology } from "./prove.ts";
import { runTraffic } from "./run-traffic.ts";
import type { MeshStatus } from "./status.ts";

/** How far a verification is. */
export interface VerificationProgress {
  /** Checks that have a result. */
  readonly done: number;
  /** The number of checks known so far. Traffic checks are added while they run. */
  readonly total: number;
  readonly latest?: CheckResult;
}

/** Options of {@link verify}. */
export interface VerifyOptions {
  /**
   * Interrupts. Everything that the verification created in the clusters is removed before the promise
   * rejects.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long to wait for checks that may still pass, in milliseconds: a mesh settles after a change. Traffic
   * has limits of its own.
   * @default timeLimits.verified
   */
  readonly limit?: number | undefined;
  /** Sends traffic over every Link, between workloads in a namespace of their own. @default true */
  readonly traffic?: boolean | undefined;
  /**
   * Takes the verification's own servers away, place by place of each entry of `traffic`, and requires that
   * requests move to the next place and back. @default false
   */
  readonly drill?: boolean | undefined;
  /**
   * Asks every target, as the account of each Link, what that account may do there.
   * @default true
   */
  readonly rights?: boolean | undefined;
  /** Asks also what only a verification asks, and not every `up`. @default true */
  readonly thorough?: boolean | undefined;
  /**
   * How many requests may run at once, over all clusters. Commands in pods and port-forwards get a quarter of
   * it. The time limit of a request begins when it is sent, so a small number makes a verification slow but
   * fails no check.
   * @default four for each processor of this machine
   */
  readonly concurrency?: number | undefined;
  /** Image of those workloads. @default the one that the toolchain provides, or agnhost */
  readonly probeImage?: string | undefined;
  readonly onProgress?: ((progress: VerificationProgress) => void) | undefined;
}

/** The result of a verification. Plain data. */
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
 * Asks the running clusters whether the topology does what the plan says, from their own status to requests
 * over every Link. A failed check is part of the result, never an error.
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
    signal,
    connections,
    ...(options.thorough !== false && {
      further: (status: MeshStatus) =>
        runThoroughChecks(mesh.plan, status, answering(opened, status)),
    }),
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
          signal,
          drill: options.drill,
          probeImage: options.probeImage,
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

/** A cluster whose kubeconfig can't be used is left out: its status says why. */
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

/** By group, then by subject: related results come from two stages of the run. */
function inOrder(results: readonly CheckResult[]): readonly CheckResult[] {
  const subjects = [...new Set(results.map(({ subject }) => subject))];
  const rank = ({ group = "" }: CheckResult): number => groups.indexOf(group as Group);
  return results.toSorted(
    (a, b) => rank(a) - rank(b) || subjects.indexOf(a.subject) - subjects.indexOf(b.subject),
  );
}
