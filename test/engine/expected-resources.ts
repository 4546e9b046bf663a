import type { ClusterPlan, LinkPlan, Plan } from "../../planning/plan-types.ts";
import { pluginDownloadURL } from "../../providers/repository.ts";
import { topologyName } from "./test-engine.ts";

/**
 * The resources that a plan stands for, each with what it may depend on: rules of their own, written
 * down independently of the components.
 */
type Expected = ReadonlyMap<
  string,
  { readonly says: string; readonly change: "update" | "replace" }
>;

/**
 * What an `up` from one plan to the other has to do: exactly this, in the words of
 * {@link Update.changes}.
 *
 * @param before undefined where there is nothing yet
 */
export function expectedChanges(before: Plan | undefined, after: Plan): string[] {
  const olds = before === undefined ? new Map<string, never>() : expectedResources(before);
  const news = expectedResources(after);
  const changes = [...news].flatMap(([name, { says, change }]) => {
    const old = olds.get(name);
    if (old === undefined) return [`create ${name}`];
    return old.says === says ? [] : [`${change} ${name}`];
  });
  const gone = [...olds.keys()].filter((name) => !news.has(name));
  return [...changes, ...gone.map((name) => `delete ${name}`)].sort();
}

/** All resources of a plan as `type name`, sorted: the content of the state after an `up`. */
export function expectedNames(plan: Plan): string[] {
  return [...expectedResources(plan).keys()].sort();
}

const components = [
  ...["Topology", "TrustAnchor", "KindCluster", "Issuer", "ControlPlane", "Multicluster"],
  ...["PodRoutes", "AccessAccount", "Link"],
].map((name) => `linkerd-topology:index:${name}`);

/** What of {@link expectedNames} is in a cluster, and goes with it. */
export function expectedInside(plan: Plan, cluster: string): string[] {
  const prefix = `${prefixOf(plan, cluster)}-`;
  return expectedNames(plan).filter((text) => {
    const [type = "", name = ""] = text.split(" ");
    return name.startsWith(prefix) && !components.includes(type);
  });
}

/** Logical name of a cluster and the beginning of that of everything in it. */
export function prefixOf(plan: Plan, cluster: string): string {
  const found = plan.clusters.find(({ name }) => name === cluster);
  if (found === undefined) throw new Error(`the plan has no cluster ${cluster}`);
  return found.type === "kind"
    ? `${topologyName}-${cluster}-${found.generation}`
    : `${topologyName}-${cluster}`;
}

function expectedResources(plan: Plan): Expected {
  const table = new Map<string, { says: string; change: "update" | "replace" }>();
  const row = (
    type: string,
    name: string,
    says: unknown = "",
    change: "update" | "replace" = "update",
  ): void => {
    table.set(`${type} ${name}`, { says: JSON.stringify(says), change });
  };
  wholeTopology(plan, row);
  for (const cluster of plan.clusters) inCluster(plan, cluster, row);
  for (const link of plan.links) inSource(plan, link, row);
  exportsOf(plan, row);
  return table;
}

type Row = (type: string, name: string, says?: unknown, change?: "update" | "replace") => void;

const ours = "linkerd-topology:index";
/** What Pulumi calls the default provider of one of ours: where its plugin is belongs to its name. */
const ownProvider = ["default_0_1_0", pluginDownloadURL?.replace("://", "_/")]
  .filter(Boolean)
  .join("_");
const release = "kubernetes:helm.sh/v3:Release";
const secret = "kubernetes:core/v1:Secret";
const rbac = "kubernetes:rbac.authorization.k8s.io/v1";

function wholeTopology({ clusters }: Plan, row: Row): void {
  row("pulumi:pulumi:Stack", `linkerd-topology-${topologyName}`);
  if (clusters.some(({ type }) => type === "kind")) {
    row("pulumi:providers:kind", ownProvider);
    row("kind:index:Network", topologyName);
  }
  row("pulumi:providers:linkerd-topology", ownProvider);
  row("pulumi:providers:tls", "default_5_3_0");
  row(`${ours}:Topology`, topologyName);
  row(`${ours}:TrustAnchor`, topologyName);
  row("tls:index/privateKey:PrivateKey", topologyName);
  row("tls:index/selfSignedCert:SelfSignedCert", topologyName);
}

function inCluster(plan: Plan, cluster: ClusterPlan, row: Row): void {
  const { values, highAvailability } = plan.linkerd;
  const prefix = prefixOf(plan, cluster.name);
  // The cluster's generation has all that forces it to be recreated; these are changed in place.
  if (cluster.type === "kind") {
    row(`${ours}:KindCluster`, prefix);
    row("kind:index:Cluster", prefix, cluster.imageArchives);
  } else {
    for (const type of ["ExistingCluster", "ClusterIdentity", "Vacancy", "ClusterGuard"]) {
      row(`${ours}:${type}`, prefix);
    }
    for (const type of ["DefinitionsCleanup", "DefinitionsKept"]) {
      row(`${ours}:${type}`, `${prefix}-control-plane`);
    }
  }
  row("pulumi:providers:kubernetes", prefix);

  // The issuer outlives the generations.
  const issuer = `${topologyName}-${cluster.name}`;
  row(`${ours}:Issuer`, issuer);
  row("tls:index/privateKey:PrivateKey", issuer);
  row("tls:index/certRequest:CertRequest", issuer);
  row("tls:index/locallySignedCert:LocallySignedCert", issuer);

  const controlPlane = `${prefix}-control-plane`;
  row(`${ours}:ControlPlane`, controlPlane);
  row("kubernetes:core/v1:Namespace", controlPlane);
  row(secret, `${controlPlane}-issuer`);
  row(release, `${controlPlane}-gateway-api`);
  const { version } = cluster.linkerd;
  row(`${ours}:VersionStep`, controlPlane, version);
  row(release, `${controlPlane}-crds`, [values.crds, version]);
  row(release, controlPlane, [values.controlPlane, highAvailability, version]);
  row(`${ours}:InjectorReady`, controlPlane, [values.controlPlane, highAvailability, version]);
  row(`${ours}:ReleaseComplete`, controlPlane);

  const extension = `${prefix}-multicluster`;
  const outgoing = plan.links.filter(({ source }) => source === cluster.name);
  const incoming = plan.links.filter(({ target }) => target === cluster.name);
  row(`${ours}:Multicluster`, extension);
  row("kubernetes:core/v1:Namespace", extension);
  row(release, extension, {
    gateway: cluster.gateway && [cluster.gateway.port, cluster.gateway.probePort],
    controllers: outgoing
      .map(({ name, gateway, headless }) => [name, gateway?.probePort, headless])
      .sort(),
    // The local member of a federated Service is the controllers' too.
    federatedWithout: outgoing
      .filter(({ selectors }) => selectors.federated !== undefined)
      .map(({ excludedLabels, excludedAnnotations }) => [excludedLabels, excludedAnnotations])
      .filter((lists) => lists.flat().length > 0),
    values: [values.multicluster, highAvailability],
    version,
  });
  row(`${ours}:ReleaseComplete`, extension);
  row(`${ours}:ProxiesCurrent`, `${prefix}-proxies`, [
    values.controlPlane,
    highAvailability,
    plan.linkerd.restart,
    version,
  ]);
  for (const { source, mode, access } of incoming) {
    const account = `${prefix}-from-${source}`;
    row(`${ours}:AccessAccount`, account);
    row("kubernetes:core/v1:ServiceAccount", account);
    row(`${rbac}:ClusterRole`, account, access.revoked ? "nothing" : mode === "gateway");
    row(`${rbac}:ClusterRoleBinding`, account);
    if (!access.revoked) row(secret, `${account}.token-${access.tokenGeneration}`);
  }

  if (cluster.type === "kind" && cluster.routePeers.length > 0) {
    const peers = plan.clusters.filter(({ name }) => cluster.routePeers.includes(name));
    row(`${ours}:PodRoutes`, `${prefix}-pod-routes`);
    row(
      "kubernetes:apps/v1:DaemonSet",
      `${prefix}-pod-routes`,
      peers.map(({ name, podSubnet }) => [name, podSubnet]).sort(),
    );
  }
}

/** A Link and all that is in its source for it. */
function inSource(plan: Plan, link: LinkPlan, row: Row): void {
  const name = `${prefixOf(plan, link.source)}-to-${link.target}`;
  // A target that is recreated has other credentials for the same Link. linkerd-destination takes
  // notice of new Secrets only.
  const credentials = [prefixOf(plan, link.target), link.access.tokenGeneration];
  row(`${ours}:Link`, name);
  const ends = plan.clusters.filter((one) => [link.source, link.target].includes(one.name));
  if (ends.some(({ type }) => type === "existing")) row(`${ours}:AnchorsShared`, name);
  row(secret, `${name}-service-mirror`, credentials, "replace");
  if (link.mode !== "gateway") row(secret, `${name}-destination`, credentials, "replace");
  row(`${ours}:MirrorCleanup`, name);
  const { gateway, selectors, excludedLabels, excludedAnnotations } = link;
  const spec = [gateway, selectors, excludedLabels, excludedAnnotations, credentials];
  const version = plan.clusters.find((one) => one.name === link.source)?.linkerd.version;
  row("kubernetes:multicluster.linkerd.io/v1alpha3:Link", name, [spec, version]);
  row(`${ours}:LinkReady`, name, spec);
}

function exportsOf(plan: Plan, row: Row): void {
  const labels = new Map<string, Record<string, string>>();
  for (const one of plan.exports) {
    const name = `${prefixOf(plan, one.cluster)}-export-${one.namespace}.${one.service}`;
    labels.set(name, { ...labels.get(name), ...one.labels });
  }
  for (const [name, all] of labels) row(`${ours}:ServiceExport`, name, Object.entries(all).sort());
  const views = new Map<string, unknown[]>();
  for (const { kind, cluster, namespace, of } of plan.mirrors) {
    if (kind !== "federated") continue;
    const name = `${topologyName}-federated-${namespace}.${of[0]?.service ?? ""}`;
    const members = of.map((member) => prefixOf(plan, member.cluster)).sort();
    views.set(name, [...(views.get(name) ?? []), [prefixOf(plan, cluster), members]]);
  }
  for (const [name, all] of views) row(`${ours}:FederatedReady`, name, all.sort());
  for (const { cluster, namespace, service, port, alias, annotations, rules } of plan.traffic) {
    const name = `${prefixOf(plan, cluster)}-traffic-${namespace}.${service}.${port}`;
    row(`${ours}:TrafficRoute`, name, [alias, annotations, rules]);
  }
}
