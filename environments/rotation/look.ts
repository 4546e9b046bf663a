import { linkerdNamespace, multiclusterNamespace } from "../../planning/names.ts";
import { observingNamespaces } from "../../planning/observability/plan.ts";
import type { ClusterTrust, WantedTrust } from "../../planning/trust/rotation/facts.ts";
import { rotationState, type RotationState } from "../../planning/trust/rotation/state.ts";
import type { Mesh } from "../../verification/observe.ts";
import type { RunningStack } from "../mesh-of-stack.ts";
import type { Outputs } from "../state.ts";
import { anchorsIn, observeMeshTrust, wantedIn } from "../trust.ts";

/** The trust of a running mesh, and what it means for a rotation. */
export interface RotationLook {
  readonly wanted: WantedTrust;
  readonly facts: readonly ClusterTrust[];
  readonly state: RotationState;
}

/**
 * Finds out how far a running stack is from one generation of its trust anchor to the next.
 *
 * @returns undefined if the version that brought it up recorded nothing about its anchors
 */
export async function lookAtRotation(
  { mesh, outputs }: RunningStack,
  signal?: AbortSignal,
): Promise<RotationLook | undefined> {
  const wanted = wantedIn(mesh.plan, outputs);
  if (wanted === undefined) return undefined;
  const facts = await observeMeshTrust(mesh, signal);
  return { wanted, facts, state: rotationState(wanted, facts) };
}

/** Anchors and the rotation between them, for programs. */
export function trustDocument({ wanted, state }: RotationLook, outputs: Outputs): object {
  const expiries = new Map(
    anchorsIn(outputs).map(({ generation, expiry }) => [generation, expiry] as const),
  );
  return {
    anchors: wanted.anchors.map(({ generation, subject, fingerprint }) => ({
      generation,
      subject,
      fingerprint,
      expires: expiries.get(generation),
    })),
    signers: wanted.signers,
    rotation: state,
  };
}

/** Workloads that a rotation leaves to their owners, as `east: shop/Deployment/web`. */
export function othersWorkloads(mesh: Mesh, facts: readonly ClusterTrust[]): readonly string[] {
  const { trust } = mesh.plan;
  const own = new Set([
    linkerdNamespace,
    multiclusterNamespace,
    ...observingNamespaces(mesh.plan),
    ...trust.restart,
  ]);
  const all = facts.flatMap(({ cluster, proxies }) =>
    proxies
      .filter(({ namespace }) => !own.has(namespace))
      .map(
        ({ namespace, workload, pod }) => `${cluster}: ${namespace}/${workload ?? `Pod/${pod}`}`,
      ),
  );
  return [...new Set(all)].sort();
}
