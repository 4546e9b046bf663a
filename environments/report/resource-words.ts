/** The part of a URN after the last `::`: the logical name. */
export function resourceName(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** The resource's own type, without its parents': `kind:index:Cluster`. */
export function resourceType(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** A resource in words: `cluster west`, `chart west-control-plane`. */
export function describeResource(urn: string): string {
  const type = resourceType(urn);
  const name = shortName(urn);
  if (type === "pulumi:pulumi:Stack") return "program";
  if (type.startsWith("pulumi:providers:")) return `provider ${name}`;
  const word = words[type] ?? type.split(":").at(-1) ?? type;
  return `${word} ${name}`;
}

const words: Readonly<Record<string, string>> = {
  "kind:index:Network": "Docker network",
  "kind:index:Cluster": "cluster",
  "kubernetes:helm.sh/v3:Release": "chart",
  "kubernetes:yaml/v2:ConfigFile": "manifests",
  "linkerd-topology:index:InjectorReady": "injector gate",
  "linkerd-topology:index:LinkReady": "Link gate",
  "linkerd-topology:index:ReleaseComplete": "objects of the charts of",
  "linkerd-topology:index:DefinitionsCleanup": "CRDs of",
  "linkerd-topology:index:ClusterIdentity": "identity of",
  "linkerd-topology:index:ClusterGuard": "guard of",
  "linkerd-topology:index:DefinitionsKept": "CRDs in use of",
  "linkerd-topology:index:Vacancy": "look for another Linkerd in",
  "linkerd-topology:index:ServiceExport": "export",
  "linkerd-topology:index:TrafficRoute": "route",
  "linkerd-topology:index:OwnGateway": "gateway",
  "linkerd-topology:index:FederatedReady": "federated Service",
  "linkerd-topology:index:TrustStep": "step of a rotation of",
  "linkerd-topology:index:VersionStep": "step of an upgrade of",
  "linkerd-topology:index:ProxiesCurrent": "proxies of",
  "linkerd-topology:index:AnchorsShared": "trust anchors of",
  "linkerd-topology:index:IssuerReady": "issuer of",
  "tls:index/privateKey:PrivateKey": "key",
  "tls:index/selfSignedCert:SelfSignedCert": "certificate",
  "tls:index/certRequest:CertRequest": "certificate request",
  "tls:index/locallySignedCert:LocallySignedCert": "certificate",
};

/** The logical name without the common prefix of the topology and without the generation. */
function shortName(urn: string): string {
  const stack = /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? "";
  const name = resourceName(urn);
  const own = name.startsWith(`${stack}-`) ? name.slice(stack.length + 1) : name;
  return own.replace(/-[0-9a-f]{8}(?=-|$)/, "");
}

/** Whether a step takes long enough for a line in a log. */
export function isNotable(urn: string): boolean {
  return notable.has(resourceType(urn));
}

const notable = new Set([
  "kind:index:Network",
  "kind:index:Cluster",
  "kubernetes:helm.sh/v3:Release",
  "kubernetes:apps/v1:DaemonSet",
  "linkerd-topology:index:InjectorReady",
  "linkerd-topology:index:LinkReady",
  "linkerd-topology:index:FederatedReady",
  "linkerd-topology:index:ProxiesCurrent",
  "linkerd-topology:index:IssuerReady",
]);
