import * as pulumi from "@pulumi/pulumi";
import type { KindClusterPlan, Plan } from "../planning/plan-types.ts";
import { signersOf } from "../planning/trust/rotation/wanted.ts";
import { defaultKubeconfigPath } from "../system/state-directory.ts";
import { type AnchorGeneration, bundleOf, makeAnchors } from "./anchors.ts";
import type { ExistingCluster } from "./existing-cluster.ts";
import type { Member } from "./member.ts";
import { programEnv } from "./program-context.ts";
import type { TrustedAnchor } from "./trust-anchor.ts";
import { AnchorsShared, TrustStep } from "./trust-gates.ts";

/** What a topology's clusters trust. */
export interface TopologyTrust {
  /** Oldest first. */
  readonly anchors: readonly AnchorGeneration[];
  readonly newest: TrustedAnchor;
  /** PEM of all anchors. */
  readonly bundle: pulumi.Output<string>;
  /** What must allow other anchors or signers first. Undefined if the topology has only one generation. */
  readonly step: TrustStep | undefined;
}

/** The anchors of a topology, and the gate of their rotation. */
export function makeTrust(
  name: string,
  plan: Plan,
  existing: ReadonlyMap<string, ExistingCluster>,
  child: pulumi.ComponentResourceOptions,
): TopologyTrust {
  const anchors = makeAnchors(name, plan.trust, child);
  const newest = anchors.at(-1)?.anchor;
  if (newest === undefined) throw new Error("the plan has no trust anchor");
  const step = plan.trust.staged
    ? new TrustStep(
        name,
        {
          anchors: Object.fromEntries(
            anchors.map(({ generation, anchor }) => [String(generation), anchor.certificatePem]),
          ),
          signers: signersOf(plan),
          clusters: Object.fromEntries(
            plan.clusters.flatMap((one) => {
              const cluster = existing.get(one.name) ?? (one.type === "kind" && accessOf(one));
              return cluster === false ? [] : [[one.name, cluster] as const];
            }),
          ),
        },
        child,
      )
    : undefined;
  return { anchors, newest, bundle: bundleOf(anchors), step };
}

/** Known before the cluster exists, so that nothing waits for its creation. */
function accessOf({ kindName }: KindClusterPlan) {
  const owner = `${pulumi.getProject()}/${pulumi.getStack()}`;
  return { kubeconfigPath: defaultKubeconfigPath(owner, kindName, programEnv()), kindName };
}

/**
 * Compares what both ends of a Link trust before the Link is created. If the package made both clusters and
 * their issuers, nothing can differ.
 */
export function compareAnchors(
  name: string,
  source: Member,
  target: Member,
  bundle: pulumi.Output<string>,
  child: pulumi.ComponentResourceOptions,
): pulumi.Resource | undefined {
  const ownWork = [source, target].every(
    ({ plan }) => plan.type === "kind" && plan.issuer.type === "made",
  );
  if (ownWork) return undefined;
  return new AnchorsShared(
    name,
    {
      source: source.plan.name,
      target: target.plan.name,
      clusters: { [source.plan.name]: source.cluster, [target.plan.name]: target.cluster },
      triggers: [bundle],
    },
    {
      ...child,
      ...(source.cluster.lifetime !== undefined && { deletedWith: source.cluster.lifetime }),
      dependsOn: [source.controlPlane.injecting, target.controlPlane.injecting],
    },
  );
}
