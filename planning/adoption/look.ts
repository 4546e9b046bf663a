import { isDeepStrictEqual } from "node:util";
import type { Discovery, FoundLink } from "../discovery/discover.ts";
import type { ClusterObservation } from "../discovery/observation.ts";
import { defaults } from "../defaults.ts";
import { edgeOf } from "../linkerd/versions.ts";
import { isBetween, usesGateway } from "../links/links.ts";
import { carries, planSelectors, selectorKeys } from "../links/selectors.ts";
import { linkerdNamespace, multiclusterNamespace } from "../names.ts";
import type { ClusterPlan, LinkPlan, Plan } from "../plan-types.ts";

/** What taking over a mesh means: what is taken as it is, what changes, and what stands in the way. */
export interface AdoptionLook {
  /** What the stack has from then on, and doesn't change. */
  readonly taken: readonly string[];
  /** What stays with what made it. The stack only looks at it. */
  readonly left: readonly string[];
  /** What `up` writes into clusters. */
  readonly changes: readonly string[];
  /** Why it can't be adopted, each with what to do. */
  readonly obstacles: readonly string[];
}

/**
 * Compares a topology that adopts a mesh with the mesh. A pure function.
 *
 * @param observed the clusters in the order of the plan
 */
export function lookToAdopt(
  plan: Plan,
  observed: readonly ClusterObservation[],
  { links }: Pick<Discovery, "links">,
): AdoptionLook {
  const taken: string[] = [];
  const left: string[] = [];
  const changes: string[] = [];
  const obstacles: string[] = [];
  plan.clusters.forEach((cluster, index) => {
    const found = observed[index];
    const inTheWay = found === undefined ? ["it was not looked at"] : obstaclesIn(cluster, found);
    obstacles.push(...inTheWay.map((why) => `cluster ${cluster.name}: ${why}`));
    if (found?.linkerd === undefined || inTheWay.length > 0) return;
    const { installedBy, extensionInstalledBy, extensionNamespace } = found.linkerd;
    taken.push(
      `cluster ${cluster.name}: namespaces ${linkerdNamespace} and ${multiclusterNamespace}`,
    );
    left.push(
      `cluster ${cluster.name}: Linkerd, its certificates and its values, with ${installedBy ?? unknown}`,
      ...(extensionNamespace === undefined
        ? []
        : [
            `cluster ${cluster.name}: the multi-cluster extension, with ${extensionInstalledBy ?? unknown}`,
          ]),
    );
  });
  for (const link of plan.links) {
    const way = `${link.source} → ${link.target}`;
    const found = links.find(({ source, target }) => isBetween(link, source, target));
    if (found === undefined) {
      obstacles.push(
        `Link ${way}: it is not there. Adopting takes over Links that exist: make it with what made the mesh ` +
          "(`linkerd multicluster link-gen`, and a controller in the extension's values), or leave it out",
      );
      continue;
    }
    const inTheWay = differencesOf(link, found);
    obstacles.push(...inTheWay.map((why) => `Link ${way}: ${why}`));
    if (inTheWay.length > 0) continue;
    taken.push(`Link ${way}: ${multiclusterNamespace}/${found.link.name}`);
    left.push(`Link ${way}: its credentials and its service mirror`);
  }
  for (const { source, target } of links) {
    if (plan.links.some((link) => isBetween(link, source, target))) continue;
    left.push(`Link ${source} → ${target}: the topology doesn't have it`);
  }
  for (const { cluster, namespace, service, labels } of plan.exports) {
    const at = plan.clusters.findIndex(({ name }) => name === cluster);
    const there = observed[at]?.services.find(
      (one) => one.namespace === namespace && one.name === service,
    );
    const missing = Object.entries(labels).filter(([key, value]) => there?.labels[key] !== value);
    const what = `Service ${namespace}/${service} of ${cluster}`;
    if (missing.length === 0) taken.push(`${what}: its labels of an export`);
    else {
      const added = missing.map(([key, value]) => `${key}=${value}`).join(", ");
      changes.push(`${what} gets the label${missing.length > 1 ? "s" : ""} ${added}`);
    }
  }
  for (const { cluster, namespace, service, port } of plan.traffic) {
    changes.push(`${cluster} gets a route for ${namespace}/${service}, port ${port}`);
  }
  return { taken, left, changes, obstacles };
}

const unknown = "what installed it";

function obstaclesIn(plan: ClusterPlan, { linkerd, unread }: ClusterObservation): string[] {
  if (linkerd === undefined) {
    const [first] = unread;
    if (first !== undefined) {
      return [
        `${first.what} could not be read (${first.why}): correct the kubeconfig or its rights`,
      ];
    }
    return [
      "Linkerd is not installed. Adopting takes over what is there: install it as in the other clusters, or leave " +
        "the cluster out",
    ];
  }
  const { namespace, extensionNamespace, version } = linkerd;
  const problems: string[] = [];
  if (namespace !== linkerdNamespace) {
    problems.push(
      `Linkerd is in the namespace ${namespace}, and a topology has it in ${linkerdNamespace}: it can't be adopted`,
    );
  }
  if (extensionNamespace === undefined) {
    problems.push(
      "the multi-cluster extension is not installed: install it with what installed Linkerd, or leave the cluster out",
    );
  } else if (extensionNamespace !== multiclusterNamespace) {
    problems.push(
      `the multi-cluster extension is in the namespace ${extensionNamespace}, and a topology has it in ` +
        `${multiclusterNamespace}: it can't be adopted`,
    );
  }
  const running = edgeOf(version ?? "");
  if (running !== undefined && running !== plan.linkerd.version) {
    problems.push(
      `Linkerd ${running} runs, and the topology says ${plan.linkerd.version}: write ${running} as linkerd.version ` +
        "(or linkerdVersion of the cluster), or upgrade with what installed it first",
    );
  }
  const domains = [
    [
      "trust domain",
      linkerd.trustDomain ?? linkerd.clusterDomain,
      plan.trustDomain,
      "trust.domain",
    ],
    ["cluster domain", linkerd.clusterDomain, plan.clusterDomain, "clusterDomain"],
  ] as const;
  for (const [what, there = defaults.clusterDomain, planned, key] of domains) {
    if (there === planned) continue;
    problems.push(
      `its ${what} is ${there}, and the topology says ${planned}: write ${there} as ${key}`,
    );
  }
  return problems;
}

/** A Link stays as it is, so the topology has to say the same. */
function differencesOf(plan: LinkPlan, { link }: FoundLink): string[] {
  const problems: string[] = [];
  const differs = (what: string, there: unknown, planned: unknown): void => {
    problems.push(
      `${what} ${text(there)} there, and ${text(planned)} in the topology: write what is there, or change the Link ` +
        "with what made it",
    );
  };
  if (link.namespace !== multiclusterNamespace) {
    problems.push(
      `it is in the namespace ${link.namespace}, and a topology has Links in ${multiclusterNamespace}: it can't be ` +
        "adopted",
    );
  }
  if (link.apiVersion !== "v1alpha3") {
    problems.push(
      `its CRD serves ${link.apiVersion}, and a topology has v1alpha3: upgrade the extension with what installed it`,
    );
  }
  if (link.name !== plan.name) {
    problems.push(
      `it is called ${link.name}: write that as the name of the cluster ${plan.target}`,
    );
  }
  if (link.controller === undefined) {
    problems.push(
      "no service mirror works on it: add a controller to the extension's values with what installed it",
    );
  } else if (link.controller.unmanaged) {
    problems.push(
      `its service mirror ${link.controller.deployment} comes from the deprecated \`linkerd multicluster link\`: make ` +
        "the Link anew with `link-gen` and a controller in the extension's values",
    );
  }
  if (usesGateway(plan.mode) !== (link.gateway !== undefined)) {
    differs(
      "the gateway is",
      link.gateway,
      usesGateway(plan.mode) ? plan.gateway?.addresses : undefined,
    );
  } else if (plan.gateway !== undefined && link.gateway !== undefined) {
    const { addresses, port, probePort, identity } = plan.gateway;
    for (const [key, planned] of Object.entries({ addresses, port, probePort, identity })) {
      const there = link.gateway[key as keyof typeof link.gateway];
      if (!isDeepStrictEqual(there, planned)) differs(`the gateway's ${key} is`, there, planned);
    }
  }
  for (const kind of ["gateway", "remote-discovery", "federated"] as const) {
    const key = selectorKeys[kind];
    const there = link.selectors[key];
    if (carries(plan.mode, kind)) {
      // A plan adds that mirrors are never selected.
      const asPlanned = planSelectors(plan.mode, there && { [key]: there })[key];
      if (there === undefined || !isDeepStrictEqual(asPlanned, plan.selectors[key])) {
        differs(`the selector for ${kind} is`, there, plan.selectors[key]);
      }
    } else if (there !== undefined && !link.byCli) {
      differs(`the selector for ${kind} is`, there, undefined);
    }
  }
  if (!isDeepStrictEqual(link.excludedLabels.toSorted(), plan.excludedLabels.toSorted())) {
    differs("excludedLabels are", link.excludedLabels, plan.excludedLabels);
  }
  return problems;
}

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
