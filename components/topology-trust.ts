import { AnchorsShared, TrustStep, type TrustStepArgs } from "@linkerd-topology/mesh";
import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../planning/plan-types.ts";
import { signersOf } from "../planning/trust/rotation/wanted.ts";
import { defaultKubeconfigPath } from "../system/state-directory.ts";
import { type AnchorGeneration, bundleOf, makeAnchors } from "./anchors.ts";
import type { ExistingCluster } from "./existing-cluster.ts";
import type { Member } from "./member.ts";
import { accessByCluster, byName } from "./mesh-cluster.ts";
import { programEnv } from "./program-context.ts";
import type { TrustedAnchor } from "./trust-anchor.ts";

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
  {
    child,
    lasting,
  }: {
    readonly child: pulumi.ComponentResourceOptions;
    /** Options of the anchors. */
    readonly lasting: pulumi.ComponentResourceOptions;
  },
): TopologyTrust {
  const anchors = makeAnchors(name, plan.trust, lasting);
  const newest = anchors.at(-1)?.anchor;
  if (newest === undefined) throw new Error("the plan has no trust anchor");
  const step = plan.trust.staged
    ? new TrustStep(
        name,
        {
          anchors: Object.fromEntries(
            anchors.map(({ generation, anchor }) => [String(generation), anchor.certificatePem]),
          ),
          signers: Object.fromEntries(
            Object.entries(signersOf(plan)).map(([cluster, signer]) => [
              cluster,
              String(signer ?? ""),
            ]),
          ),
          ...accessBefore(plan, existing),
        },
        child,
      )
    : undefined;
  return { anchors, newest, bundle: bundleOf(anchors), step };
}

/**
 * The ways into all clusters, of kind clusters that are yet to be made as well: their files are known
 * beforehand, so that nothing waits for them.
 */
function accessBefore(
  plan: Plan,
  existing: ReadonlyMap<string, ExistingCluster>,
): Pick<TrustStepArgs, "kubeconfigPaths" | "contexts" | "clusterUids" | "kindNames"> {
  const owner = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const kindNames = Object.fromEntries(
    plan.clusters.flatMap((one) => (one.type === "kind" ? [[one.name, one.kindName]] : [])),
  );
  const others = Object.fromEntries(existing);
  return {
    kubeconfigPaths: {
      ...byName(others, ({ kubeconfigPath }) => kubeconfigPath),
      ...byName(kindNames, (name) => defaultKubeconfigPath(owner, name, programEnv())),
    },
    contexts: byName(others, ({ context }) => context),
    clusterUids: byName(others, ({ uid }) => uid),
    kindNames,
  };
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
      ...accessByCluster({
        [source.plan.name]: source.cluster,
        [target.plan.name]: target.cluster,
      }),
      triggers: [bundle],
    },
    {
      ...child,
      ...(source.cluster.lifetime !== undefined && { deletedWith: source.cluster.lifetime }),
      dependsOn: [source.controlPlane.injecting, target.controlPlane.injecting],
    },
  );
}
