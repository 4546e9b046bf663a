import { InjectorReady } from "@linkerd-topology/mesh";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";
import { linkerdNamespace, multiclusterNamespace } from "../planning/names.ts";
import type { LinkPlan, Plan } from "../planning/plan-types.ts";
import type { ExistingCluster } from "./existing-cluster.ts";
import { type ExportingMember, makeExports, memberOf } from "./exports.ts";
import { accessTo, inCluster, onCluster } from "./mesh-cluster.ts";
import { makeTraffic } from "./traffic.ts";

/**
 * Takes over a mesh that others made: its namespaces and Links are imported, its injectors are proved, and
 * exports and routes are added to it. Nothing that was there is changed, or deleted in the end.
 *
 * Its Helm releases are not resources of the stack. Pulumi's import would write their values into the state as
 * plain text, and with the chart's usual values the issuer's private key is among them. It also can't know where
 * a chart came from, so that the first update after it would be an upgrade: with new certificates for the
 * webhooks, and therefore a restart of the control plane. And what Linkerd's CLI made has no release at all.
 */
export function adoptMesh(
  name: string,
  plan: Plan,
  existing: ReadonlyMap<string, ExistingCluster>,
  topology: pulumi.ComponentResource,
): void {
  const members = new Map<string, AdoptedMember>();
  for (const { name: cluster } of plan.clusters) {
    const into = existing.get(cluster);
    if (into === undefined) throw new Error(`the plan adopts ${cluster}, which does not exist`);
    members.set(cluster, adoptCluster(`${name}-${cluster}`, into, topology));
  }
  const links = new Map(
    plan.links.map((link) => [
      `${link.source} ${link.target}`,
      adoptLink(link, memberOf(members, link.source), topology),
    ]),
  );
  const exported = makeExports({ name, plan, members, links, own: new Map(), topology });
  const routed = makeTraffic({ plan, members, links, exported, topology });
  for (const [cluster, { prefix, contents }] of members) {
    existing
      .get(cluster)
      ?.guard(prefix, [
        ...contents,
        ...plan.links.flatMap(({ source, target }) =>
          source === cluster ? (links.get(`${source} ${target}`) ?? []) : [],
        ),
        ...[...exported, ...routed].flatMap((one) => (one.cluster === cluster ? [one.made] : [])),
      ]);
  }
}

/** A cluster with a Linkerd that others installed. */
interface AdoptedMember extends ExportingMember {
  readonly cluster: ExistingCluster;
  readonly contents: readonly pulumi.Resource[];
}

function adoptCluster(
  prefix: string,
  cluster: ExistingCluster,
  topology: pulumi.Resource,
): AdoptedMember {
  const namespaces = [
    [`${prefix}-control-plane`, linkerdNamespace],
    [`${prefix}-multicluster`, multiclusterNamespace],
  ].map(
    ([logicalName = "", name = ""]) =>
      new Namespace(
        logicalName,
        { metadata: { name } },
        inCluster(cluster, topology, imported(name)),
      ),
  );
  const injecting = new InjectorReady(
    `${prefix}-control-plane`,
    { ...accessTo(cluster) },
    onCluster(cluster, topology, { dependsOn: namespaces }),
  );
  return {
    prefix,
    cluster,
    multicluster: { installed: injecting },
    contents: [...namespaces, injecting],
  };
}

/** Whether its service mirror works on it, the proof of `up` shows: the gate of a Link would restart a stuck one. */
function adoptLink(
  { name: link, target }: LinkPlan,
  { prefix, cluster, contents }: AdoptedMember,
  topology: pulumi.Resource,
): pulumi.Resource {
  return new CustomResource(
    `${prefix}-to-${target}`,
    {
      apiVersion: "multicluster.linkerd.io/v1alpha3",
      kind: "Link",
      metadata: { name: link, namespace: multiclusterNamespace },
    },
    inCluster(cluster, topology, {
      ...imported(`${multiclusterNamespace}/${link}`),
      dependsOn: [...contents],
    }),
  );
}

/** Options of an object that others made: it is read, and never written or deleted. */
function imported(id: string): pulumi.CustomResourceOptions {
  return {
    // In the first preview the way into the cluster is not known yet, and the engine would take what it can't read
    // for missing.
    ...(!pulumi.runtime.isDryRun() && { import: id }),
    ignoreChanges: ["metadata", "spec"],
    retainOnDelete: true,
  };
}
