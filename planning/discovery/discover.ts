import { defaults } from "../defaults.ts";
import { groupBy } from "../group.ts";
import { defaultMode, usesGateway } from "../links/links.ts";
import { carries, defaultSelectors, selectorKeys } from "../links/selectors.ts";
import { edgeOf, isBefore, oldestVersion } from "../linkerd/versions.ts";
import { linkerdNamespace, multiclusterNamespace } from "../names.ts";
import { planAsFound } from "../plan.ts";
import type { ClusterSpec, LinkMode, LinkSpec, SelectorsSpec, Topology } from "../topology.ts";
import type { Path } from "../topology/problem.ts";
import { exportsOf, exportSpecs, type FoundExport } from "./exports.ts";
import { gatewaySpec } from "./gateway.ts";
import { linkSpecs } from "./link-specs.ts";
import { type FoundEdge, modeOf, networksOf } from "./modes.ts";
import type { Note } from "./note.ts";
import type { ClusterObservation, LinkObservation } from "./observation.ts";
import { ipv4Subnets, podSubnetOf } from "./pod-subnet.ts";
import { nameClusters, resolveLinks } from "./whereabouts.ts";

/** What the observed clusters amount to. */
export interface Discovery {
  readonly topology: Topology;
  readonly notes: readonly Note[];
  /** The Links between them, as they are. */
  readonly links: readonly FoundLink[];
}

/** A Link as it is, whatever the package would have made of it. */
export interface FoundLink {
  readonly source: string;
  readonly target: string;
  readonly mode: LinkMode;
  readonly link: LinkObservation;
}

/**
 * The topology of observed clusters, and what a person should know about it: what was guessed, what a
 * topology can't express, what couldn't be read. A pure function.
 */
export function discover(clusters: readonly ClusterObservation[]): Discovery {
  const resolved = resolveLinks(clusters);
  const names = nameClusters(clusters, resolved);
  const edges = oneForEach(resolved.filter((one): one is FoundEdge => one.target !== undefined));
  const modes = edges.map((edge) => ({ edge, ...modeOf(edge, clusters) }));
  const networks = networksOf(
    names,
    modes.flatMap(({ edge: { source, target }, mode }) =>
      mode === "gateway" ? [] : [[source, target] as const],
    ),
  );
  const nameOf = (index: number): string => names[index] ?? "";
  const found = modes.map(({ edge: { source, target, link }, mode }): FoundLink => {
    return { source: nameOf(source), target: nameOf(target), mode, link };
  });
  const domains = clusters.map(
    ({ linkerd }) => linkerd?.trustDomain ?? linkerd?.clusterDomain ?? defaults.trustDomain,
  );
  const domain = mostFrequent(domains) ?? defaults.trustDomain;
  const versions = clusters.map(({ linkerd }) => knownVersion(linkerd?.version));
  const version = mostFrequent(versions.filter((one) => one !== undefined));
  const notes: Note[] = [];
  const tell = (kind: Note["kind"], at: Path, ...texts: readonly string[]): void => {
    for (const text of texts) notes.push({ kind, at, text });
  };
  const specs = clusters.map((cluster, index): ClusterSpec => {
    const at: Path = ["clusters", index];
    const name = nameOf(index);
    const incoming = found.filter(({ target }) => target === name).map(({ link }) => link);
    const trustDomain = domains[index] ?? domain;
    const gateway = incoming.flatMap((link) => link.gateway ?? []);
    const asGateway = gateway.length === 0 ? undefined : gatewaySpec(cluster, gateway, trustDomain);
    tell("limit", [...at, "gateway"], ...(asGateway?.limits ?? []));
    for (const { what, why } of cluster.unread) tell("unread", at, `${what}: ${why}`);
    tellOfLinkerd(cluster, versions[index], (kind, text) => tell(kind, at, text));
    for (const called of new Set(incoming.map(({ targetName }) => targetName))) {
      if (called !== name) {
        tell(
          "limit",
          [...at, "name"],
          `Links call it ${called}: a topology gives it one name for all`,
        );
      }
    }
    const server = apiServerOf(cluster, incoming);
    if (incoming.length > 0 && server === undefined) {
      tell(
        "unread",
        at,
        "apiServer: the credentials of the Links that lead here could not be read, and this machine reaches it " +
          `at ${cluster.server}, which is of no use to pods of other clusters`,
      );
    } else if (server?.isGuess === true) {
      tell(
        "guess",
        [...at, "apiServer"],
        "as this machine reaches it; the Links' credentials could not be read",
      );
    }
    if (networks[index] !== undefined) {
      tell("guess", [...at, "network"], "its Links carry traffic from pod to pod");
    }
    const pods = podSubnetOf(cluster, { isNeeded: networks[index] !== undefined });
    if (pods?.guess !== undefined) tell("guess", [...at, "podSubnet"], pods.guess);
    const serviceSubnet = ipv4Subnets(cluster.serviceSubnet);
    const { certManager } = cluster.linkerd?.issuer ?? {};
    const trust = {
      ...(trustDomain !== domain && { domain: trustDomain }),
      ...(certManager && { issuer: { certManager } }),
    };
    const clusterDomain = cluster.linkerd?.clusterDomain ?? defaults.clusterDomain;
    const own = versions[index];
    return {
      name,
      kubeconfig: cluster.kubeconfig,
      context: cluster.context,
      ...(networks[index] !== undefined && { network: networks[index] }),
      ...(pods !== undefined && { podSubnet: pods.podSubnet }),
      ...(serviceSubnet !== undefined && { serviceSubnet }),
      ...(server !== undefined && { apiServer: server.url }),
      ...(asGateway && { gateway: asGateway.spec }),
      ...(clusterDomain !== defaults.clusterDomain && { clusterDomain }),
      ...(own !== undefined && own !== version && { linkerdVersion: own }),
      ...(Object.keys(trust).length > 0 && { trust }),
    };
  });
  const links = linkSpecs(
    modes.map(({ edge, mode }) => ({
      source: nameOf(edge.source),
      target: nameOf(edge.target),
      settings: settingsOf(edge.link, mode, {
        source: networks[edge.source] ?? nameOf(edge.source),
        target: networks[edge.target] ?? nameOf(edge.target),
      }),
    })),
    names,
  );
  const toLinks: Path = ["links"];
  const guessed = modes.filter(({ isGuess }) => isGuess);
  if (guessed.length > 0) {
    const ways = guessed.map(
      ({ edge: { source, target } }) => `${nameOf(source)} → ${nameOf(target)}`,
    );
    tell(
      "guess",
      toLinks,
      `${ways.join(", ")}: taken for mode gateway. Linkerd's CLI lets every Link carry traffic from pod to pod as ` +
        "well, but nothing is exported that way. Where pods reach each other, mode: mixed and one network for both " +
        "clusters would say so",
    );
  }
  for (const { edge } of modes) {
    const way = `${nameOf(edge.source)} → ${nameOf(edge.target)}`;
    tellOfLink(edge, way, (kind, text) => tell(kind, toLinks, text));
  }
  for (const { source, link } of resolved.filter((one) => !edges.includes(one as FoundEdge))) {
    tell(
      "outside",
      toLinks,
      `${nameOf(source)} → ${link.targetName}: ${whyMissing(link, source, edges)}`,
    );
  }
  tellOfTrust(clusters, names, (text) => tell("limit", ["trust"], text));
  const isEverywhere = clusters.every(({ linkerd }) => linkerd?.highAvailability === true);
  const isSomewhere = clusters.some(({ linkerd }) => linkerd?.highAvailability === true);
  if (isSomewhere && !isEverywhere) {
    tell(
      "limit",
      ["linkerd"],
      "only some clusters have Linkerd in high availability: a topology has it in all, or in none",
    );
  }
  // Without it `up` would install another Linkerd, which it refuses.
  const isMesh =
    clusters.length > 0 && clusters.every((one) => one.linkerd?.extensionNamespace !== undefined);
  const linkerd = {
    ...(version !== undefined && { version }),
    ...(isEverywhere && clusters.length > 0 && { highAvailability: true }),
  };
  const withoutExports: Topology = {
    clusters: specs,
    ...(links.length > 0 && { links }),
    ...(Object.keys(linkerd).length > 0 && { linkerd }),
    ...(domain !== defaults.trustDomain && { trust: { domain } }),
    ...(isMesh && { adopt: true }),
  };
  const exports = exportsIn(clusters, names, found, withoutExports);
  tell("limit", ["exports"], ...exports.told);
  const topology: Topology = {
    ...withoutExports,
    ...(exports.kept.length > 0 && { exports: [...exportSpecs(exports.kept)] }),
  };
  for (const { path, message, fix } of planAsFound(topology, { name: "found" }).problems) {
    tell("limit", [], `\`up\` would refuse this: ${path}: ${message} (${fix})`);
  }
  return { topology, notes, links: found };
}

type Tell = (kind: Note["kind"], text: string) => void;

/**
 * One Link for each pair of clusters. A topology has no second one, and Linkerd would count endpoints twice.
 */
function oneForEach(edges: readonly FoundEdge[]): readonly FoundEdge[] {
  return [...groupBy(edges, ({ source, target }) => `${source} ${target}`).values()].flatMap(
    (alike) => {
      const best = alike.find(({ link }) => link.controller !== undefined) ?? alike[0];
      return best === undefined ? [] : [best];
    },
  );
}

function whyMissing(link: LinkObservation, source: number, edges: readonly FoundEdge[]): string {
  const second = edges.find(
    (edge) => edge.source === source && edge.link.credentials?.server === link.credentials?.server,
  );
  if (second !== undefined && link.credentials !== undefined) {
    return `a second Link to the cluster that ${second.link.name} leads to; federated Services count its endpoints twice`;
  }
  const where = link.credentials === undefined ? "" : ` (${link.credentials.server})`;
  return `it leads to a cluster that was not looked at${where}: name its context too`;
}

function settingsOf(
  link: LinkObservation,
  mode: LinkMode,
  networks: { readonly source: string; readonly target: string },
): Omit<LinkSpec, "from" | "to" | "between"> {
  const usual = defaultMode(
    { network: networks.source, isKind: false },
    { network: networks.target, isKind: false },
  );
  const selectors: SelectorsSpec = Object.fromEntries(
    (["gateway", "remote-discovery", "federated"] as const).flatMap((kind) => {
      const key = selectorKeys[kind];
      const own = link.selectors[key];
      const isUsual = JSON.stringify(own) === JSON.stringify(defaultSelectors[key]);
      return carries(mode, kind) && own !== undefined && !isUsual ? [[key, own]] : [];
    }),
  );
  const isHeadless = link.controller?.headless !== false;
  const excludedAnnotations = link.excludedAnnotations.filter((key) => !isOfTools(key));
  return {
    ...(mode !== usual && { mode }),
    ...(usesGateway(mode) && !isHeadless && { headless: false }),
    ...(Object.keys(selectors).length > 0 && { selectors }),
    ...(link.excludedLabels.length > 0 && { excludedLabels: link.excludedLabels }),
    ...(excludedAnnotations.length > 0 && { excludedAnnotations }),
  };
}

/** Whether every Link of the package excludes the key anyway. */
function isOfTools(key: string): boolean {
  return (
    key.startsWith("linkerd-topology.dev/") ||
    key === "kubectl.kubernetes.io/last-applied-configuration"
  );
}

function tellOfLink({ link, by, target }: FoundEdge, way: string, tell: Tell): void {
  const { controller, selectors, gateway, apiVersion } = link;
  if (by === "name" || by === "gateway") {
    const what = by === "name" ? "by its name alone" : "by the gateway's address";
    tell(
      "guess",
      `${way}: known ${what}; the Link's credentials could not be read, or lead elsewhere`,
    );
  }
  if (controller === undefined)
    tell("limit", `${way}: no service mirror works on the Link ${link.name}`);
  if (controller?.unmanaged === true) {
    tell(
      "limit",
      `${way}: its service mirror is the Deployment ${controller.deployment} of the deprecated ` +
        "`linkerd multicluster link`; a topology has those of the extension's chart",
    );
  }
  if (apiVersion !== "v1alpha3") {
    tell("limit", `${way}: the Link is of ${apiVersion}; a topology has v1alpha3 (${target})`);
  }
  if (link.name !== link.targetName) {
    tell(
      "limit",
      `${way}: the Link is called ${link.name}, and its target ${link.targetName}: Linkerd wants one name`,
    );
  }
  if (gateway !== undefined && selectors.gateway === undefined) {
    tell("limit", `${way}: it has a gateway and selects nothing for it`);
  }
}

function tellOfLinkerd(
  { linkerd, unread }: ClusterObservation,
  version: string | undefined,
  tell: Tell,
): void {
  if (linkerd === undefined) {
    if (unread.length === 0) tell("limit", "Linkerd is not installed");
    return;
  }
  const { namespace, extensionNamespace, version: found } = linkerd;
  if (namespace !== linkerdNamespace) {
    tell(
      "limit",
      `Linkerd is in the namespace ${namespace}; a topology has it in ${linkerdNamespace}`,
    );
  }
  if (extensionNamespace !== undefined && extensionNamespace !== multiclusterNamespace) {
    tell(
      "limit",
      `the multi-cluster extension is in the namespace ${extensionNamespace}; a topology has it in ${multiclusterNamespace}`,
    );
  }
  if (version === undefined) {
    tell(
      "limit",
      `Linkerd is ${found ?? "of an unknown release"}; a topology installs edge releases from ${oldestVersion}`,
    );
  }
}

/** In a topology certificates come with keys, and discovery reads no keys. */
function tellOfTrust(
  clusters: readonly ClusterObservation[],
  names: readonly string[],
  tell: (text: string) => void,
): void {
  const anchors = clusters.flatMap(({ linkerd }, index) =>
    (linkerd?.anchors ?? []).map((anchor) => ({ anchor, name: names[index] ?? "" })),
  );
  for (const alike of groupBy(anchors, ({ anchor }) => anchor.fingerprint).values()) {
    const [first] = alike;
    if (first === undefined) continue;
    const { subject, fingerprint, expires } = first.anchor;
    tell(
      `trust anchor of ${alike.map(({ name }) => name).join(", ")}: ${subject}, SHA-256 ${fingerprint}, until ${expires.slice(0, 10)}`,
    );
  }
  clusters.forEach(({ linkerd }, index) => {
    if (linkerd?.issuer === undefined) return;
    const { subject, expires, certManager } = linkerd.issuer;
    const by = certManager === undefined ? "" : ", by cert-manager";
    tell(`issuer of ${names[index] ?? ""}: ${subject}, until ${expires.slice(0, 10)}${by}`);
  });
  if (anchors.length > 0) {
    tell(
      "a topology names certificates together with their keys, and keys were not read. With adopt: true, `up` keeps " +
        "these; without it and trust.anchors, it would make others",
    );
  }
}

function apiServerOf(
  { server }: ClusterObservation,
  incoming: readonly LinkObservation[],
): { readonly url: string; readonly isGuess: boolean } | undefined {
  const told = mostFrequent(incoming.flatMap(({ credentials }) => credentials?.server ?? []));
  if (told !== undefined) return { url: told, isGuess: false };
  if (incoming.length === 0) return undefined;
  return isLocal(server) ? undefined : { url: server, isGuess: true };
}

function isLocal(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? "";
  return /^(?:127\.|0\.0\.0\.0$|\[::1\]$)|(?:^|\.)localhost$/.test(host);
}

/** The release, in the form that a topology accepts. */
function knownVersion(version: string | undefined): string | undefined {
  const edge = edgeOf(version ?? "");
  return edge === undefined || isBefore(edge, oldestVersion) ? undefined : edge;
}

function mostFrequent(values: readonly string[]): string | undefined {
  return [...groupBy(values, (value) => value)].sort(
    ([, one], [, other]) => other.length - one.length,
  )[0]?.[0];
}

/** The exports that a topology can express: the Service has every label that the plan would give it. */
function exportsIn(
  clusters: readonly ClusterObservation[],
  names: readonly string[],
  links: readonly FoundLink[],
  topology: Topology,
): { readonly kept: readonly FoundExport[]; readonly told: readonly string[] } {
  const parts = clusters.map((cluster, index) => {
    const name = names[index] ?? "";
    const incoming = links.filter(({ target }) => target === name);
    return exportsOf(name, cluster, incoming);
  });
  const exports = parts.flatMap((part) => part.exports);
  const told = parts.flatMap(({ leftOut }) =>
    leftOut.map(
      ({ cluster, service, why }) => `${nameOf(service)} of ${cluster} is left out: ${why}`,
    ),
  );
  const { plan } = planAsFound(
    { ...topology, exports: [...exportSpecs(exports)] },
    { name: "found" },
  );
  const isLabelled = ({ cluster, service, as }: FoundExport): boolean => {
    const planned = plan?.exports.find(
      (one) =>
        one.cluster === cluster &&
        one.namespace === service.namespace &&
        one.service === service.name &&
        one.as === as,
    );
    return Object.entries(planned?.labels ?? {}).every(
      ([key, value]) => service.labels[key] === value,
    );
  };
  const partly = exports.filter((one) => !isLabelled(one));
  return {
    kept: exports.filter((one) => !partly.includes(one)),
    told: [
      ...told,
      ...partly.map(
        ({ cluster, service, as }) =>
          `${nameOf(service)} of ${cluster} (${as}) is left out: only some of the Links that could carry it select it`,
      ),
    ],
  };
}

function nameOf({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${namespace}/${name}`;
}
