import { runChecks } from "../verification/checks/run-checks.ts";
import type { CheckResult } from "../verification/checks/check.ts";
import { observe } from "../verification/observe.ts";
import { failuresOf } from "../verification/prove.ts";
import { statusDocument } from "../verification/render/json.ts";
import { renderStatus } from "../verification/render/status.ts";
import { type Screen, styleOf } from "../verification/render/style.ts";
import type { MeshStatus } from "../verification/status.ts";
import { collectedTraffic } from "./collected-traffic.ts";
import { notesFor } from "./found-mesh.ts";
import { runningStack, type StackRequest } from "./mesh-of-stack.ts";
import { leftToOwners, observeReleases } from "./releases.ts";
import { renderTraffic } from "./report/render-traffic.ts";
import { lookAtRotation, trustDocument } from "./rotation/look.ts";

export interface StatusRequest extends StackRequest, Screen {}

export interface StatusResult {
  /** No check failed. */
  readonly healthy: boolean;
  /** What the clusters said. */
  readonly status: MeshStatus;
  readonly checks: readonly CheckResult[];
  readonly table: string;
  /** For a mesh that others made: what was guessed, and what couldn't be read. */
  readonly notes?: readonly string[];
  /** The same as an object, for programs. */
  readonly document: unknown;
}

/**
 * Asks the clusters of a stack for their status.
 *
 * @throws CommandError, exit code 3, if the stack is not up
 */
export async function status(request: StatusRequest): Promise<StatusResult> {
  const running = await runningStack(request);
  const { mesh } = running;
  const [observed, rotation, releases] = await Promise.all([
    observe(mesh),
    running.found === undefined ? lookAtRotation(running) : undefined,
    observeReleases(mesh),
  ]);
  const results = await runChecks(mesh.plan, observed);
  const failures = failuresOf(results);
  const traffic = await collectedTraffic(mesh, observed, request.signal);
  return {
    healthy: failures.length === 0,
    status: observed,
    checks: results,
    ...(running.found && { notes: notesFor(running.found) }),
    table: renderStatus(observed, {
      ...(request.color !== undefined && { color: request.color }),
      ...(request.width !== undefined && { width: request.width }),
      results,
      ofLinks: traffic && renderTraffic(traffic, styleOf(request)),
      releases,
      leftToOwners: leftToOwners(mesh, releases),
      rotation: rotation?.state,
    }),
    document: {
      ...statusDocument(observed, results),
      releases,
      ...(traffic !== undefined && { traffic }),
      ...(rotation !== undefined && { trust: trustDocument(rotation, running.outputs) }),
    },
  };
}
