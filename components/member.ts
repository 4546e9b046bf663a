import { X509Certificate } from "node:crypto";
import { ProxiesCurrent } from "@linkerd-topology/mesh";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterPlan, LinkPlan, Plan } from "../planning/plan-types.ts";
import { memberName } from "../planning/names.ts";
import { jaegerName, observabilityNamespace } from "../planning/observability/names.ts";
import { observingNamespaces } from "../planning/observability/plan.ts";
import { type Sources, sourcesOf } from "../planning/sources/sources.ts";
import { type AnchorGeneration, readPem } from "./anchors.ts";
import { ControlPlane } from "./control-plane.ts";
import type { ProxyTracing } from "./control-plane-values.ts";
import { ExistingCluster } from "./existing-cluster.ts";
import type { ExportingMember } from "./exports.ts";
import { definedOnly } from "./defined-only.ts";
import { givenIssuer } from "./given-certificates.ts";
import { Issuer, type IssuerKeyPair } from "./issuer.ts";
import type { CertManagerIssuer } from "./issuer-in-cluster.ts";
import { KindCluster } from "./kind-cluster.ts";
import { LoadBalancer } from "./load-balancer.ts";
import { accessTo, onCluster } from "./mesh-cluster.ts";
import type { MeshCluster } from "./mesh-cluster.ts";
import { Multicluster } from "./multicluster.ts";
import { readProgramFile } from "./program-context.ts";

/** A cluster of a topology, with what is installed in it. */
export interface Member extends ExportingMember {
  readonly plan: ClusterPlan;
  readonly cluster: KindCluster | ExistingCluster;
  readonly controlPlane: ControlPlane;
  readonly multicluster: Multicluster;
  /** Depend on it to wait until no pod of Linkerd runs an earlier proxy. */
  readonly proxies: pulumi.Resource;
  /** The resources in the cluster so far. */
  readonly contents: readonly pulumi.Resource[];
}

/** What a member of a topology is made from, besides its own plan. */
export interface MemberContext {
  readonly plan: Plan;
  readonly sources: Sources;
  readonly network: pulumi.Input<string>;
  /** The address that each cluster's API server keeps on the network, by the cluster's name. */
  readonly fixedAddresses: pulumi.Output<ReadonlyMap<string, string>>;
  readonly topology: pulumi.Resource;
  /** Options of the cluster itself. */
  readonly lasting: pulumi.ComponentResourceOptions;
  /** Existing clusters, by name. */
  readonly existing: ReadonlyMap<string, ExistingCluster>;
  readonly trust: {
    readonly anchors: readonly AnchorGeneration[];
    /** PEM of all anchors. */
    readonly bundle: pulumi.Output<string>;
    /** What must allow other anchors or signers first. Undefined if the topology has only one generation. */
    readonly step: pulumi.Resource | undefined;
  };
}

/** A cluster with its issuer, control plane and multicluster extension. */
export function makeMember(name: string, cluster: ClusterPlan, around: MemberContext): Member {
  const { plan, topology } = around;
  const sources = sourcesOf(around.sources, cluster.linkerd.version);
  const { linkerd } = plan;
  const child = { parent: topology };
  const prefix = memberName(name, cluster);
  const made = around.existing.get(cluster.name) ?? makeKindCluster(prefix, cluster, around);
  const balancer = makeLoadBalancer(prefix, cluster, made, sources, topology);
  const issuer = makeIssuer(`${name}-${cluster.name}`, cluster, around);
  const common = {
    cluster: made,
    charts: { directory: sources.charts, version: cluster.linkerd.chartVersion },
    images: sources.images,
    trustDomain: cluster.trustDomain,
    highAvailability: linkerd.highAvailability,
  };
  const controlPlane = new ControlPlane(
    `${prefix}-control-plane`,
    {
      ...common,
      trustAnchorsPem: around.trust.bundle,
      issuer,
      trustStep: around.trust.step,
      gatewayApi: sources.gatewayApi,
      clusterDomain: cluster.clusterDomain,
      version: cluster.linkerd.version,
      tracing: tracingOf(cluster, plan),
      crdsValues: linkerd.values.crds,
      values: linkerd.values.controlPlane,
    },
    child,
  );
  const outgoing = plan.links.filter((link) => link.source === cluster.name);
  const multicluster = new Multicluster(
    `${prefix}-multicluster`,
    {
      ...common,
      controlPlane,
      gateway: cluster.gateway?.own === undefined ? cluster.gateway : undefined,
      targets: outgoing.map((link) => ({
        name: link.name,
        probePort: link.gateway?.probePort,
        headless: link.headless,
      })),
      federatedWithout: federatedWithout(outgoing),
      values: linkerd.values.multicluster,
    },
    child,
  );
  // Nobody else restarts these workloads.
  const ours = observingNamespaces(plan);
  const proxies = new ProxiesCurrent(
    `${prefix}-proxies`,
    {
      ...accessTo(made),
      upgradeNamespaces: [...linkerd.restart, ...ours],
      ...(plan.trust.staged && {
        anchors: around.trust.bundle,
        namespaces: [...plan.trust.restart, ...ours],
      }),
      triggers: [
        controlPlane.revision,
        // If the topology doesn't give the certificate, somebody else creates it, and its changes can't be
        // known here.
        ...(plan.trust.staged && "certificatePem" in issuer
          ? [issuer.certificatePem.apply((pem) => new X509Certificate(pem).fingerprint256)]
          : []),
      ],
    },
    onCluster(made, topology, { dependsOn: [controlPlane.injecting, multicluster.installed] }),
  );
  return {
    plan: cluster,
    prefix,
    cluster: made,
    controlPlane,
    multicluster,
    proxies,
    contents: [...balancer, controlPlane, multicluster, proxies],
  };
}

/** Its proxies send spans to the Jaeger of their own cluster. */
function tracingOf({ name }: ClusterPlan, { observability }: Plan): ProxyTracing | undefined {
  const jaeger = observability?.tracing?.clusters.find(({ cluster }) => cluster === name);
  return (
    jaeger && {
      endpoint: jaeger.endpoint,
      account: { name: jaegerName, namespace: observabilityNamespace },
      cluster: name,
    }
  );
}

/** What a cluster's Links with federated Services exclude. */
function federatedWithout(outgoing: readonly LinkPlan[]) {
  const links = outgoing.filter(({ selectors }) => selectors.federated !== undefined);
  const sorted = (keys: readonly string[]) => [...new Set(keys)].sort();
  return {
    labels: sorted(links.flatMap((link) => link.excludedLabels)),
    annotations: sorted(links.flatMap((link) => link.excludedAnnotations)),
  };
}

function makeKindCluster(
  prefix: string,
  cluster: ClusterPlan,
  { network, fixedAddresses, lasting }: MemberContext,
): KindCluster {
  if (cluster.type !== "kind")
    throw new Error(`the cluster ${cluster.name} exists, and is not there`);
  return new KindCluster(
    prefix,
    {
      ...cluster,
      network,
      fixedAddress: fixedAddresses.apply((all) => all.get(cluster.name)),
      controlPlanes: count(cluster, "control-plane"),
      workers: count(cluster, "worker"),
    },
    lasting,
  );
}

/** Nothing waits for it: the proof of `up` sees whether the gateway has its address. */
function makeLoadBalancer(
  prefix: string,
  plan: ClusterPlan,
  cluster: MeshCluster,
  { metallb }: Sources,
  parent: pulumi.Resource,
): readonly LoadBalancer[] {
  if (plan.type !== "kind" || plan.bringsLoadBalancer !== true) return [];
  const { loadBalancerRange: range } = plan;
  if (range === undefined) throw new Error(`the load balancer of ${plan.name} has no range`);
  return [
    new LoadBalancer(`${prefix}-load-balancer`, { cluster, range, sources: metallb }, { parent }),
  ];
}

/** The topology's existing clusters, by name. */
export function existingClusters(
  name: string,
  whole: Plan,
  child: pulumi.ComponentResourceOptions,
): Map<string, ExistingCluster> {
  const made = new Map<string, ExistingCluster>();
  const namespaces = observingNamespaces(whole);
  for (const plan of whole.clusters) {
    if (plan.type !== "existing") continue;
    const others = [...made.values()].map(({ uid }) => uid);
    const { kubeconfig, context } = plan;
    made.set(
      plan.name,
      new ExistingCluster(
        memberName(name, plan),
        { kubeconfig, context, others, namespaces, adopted: whole.adopted },
        child,
      ),
    );
  }
  return made;
}

/** The issuer isn't in the cluster: it outlives the cluster's generations. */
function makeIssuer(
  name: string,
  { issuer, trustDomain }: ClusterPlan,
  { plan: { trust }, trust: { anchors }, topology }: MemberContext,
): IssuerKeyPair | CertManagerIssuer {
  const lifetimes = {
    lifetimeHours: trust.issuerLifetimeHours,
    earlyRenewalHours: trust.issuerEarlyRenewalHours,
  };
  if (issuer.type === "cert-manager") return { certManager: issuer.issuer, ...lifetimes };
  if (issuer.type === "given") {
    return givenIssuer({
      certificatePem: readPem(issuer.certificate),
      privateKeyPem: readProgramFile(issuer.keyFile),
    });
  }
  const signer = anchors.find(({ generation }) => generation === issuer.signer)?.keyPair;
  if (signer === undefined) {
    throw new Error(`the plan has generation ${String(issuer.signer)} sign, which has no key`);
  }
  return new Issuer(
    name,
    definedOnly({ trustAnchor: signer, trustDomain, ...lifetimes, rotation: issuer.rotation }),
    { parent: topology },
  );
}

function count(cluster: ClusterPlan & { type: "kind" }, role: string): number {
  return cluster.nodes.filter((node) => node.role === role).length;
}
