import { doing, done } from "./engine-progress.ts";
import { describeResource, resourceName, resourceType } from "./resource-words.ts";

/** A resource as a step in the life of a cluster, or of the mesh. */
export interface ClusterStep {
  /** Undefined if it belongs to no single cluster. */
  readonly cluster: string | undefined;
  /** For example `control plane`. */
  readonly what: string;
  /** During the step: `installing control plane`. */
  readonly doing: string;
  /** After it: `control plane installed`. */
  readonly done: string;
}

/**
 * The cluster of a resource and what is being done there, from the components' logical names
 * (`<stack>-<cluster>[-<generation>][-<part>]`).
 *
 * @param clusters names of the known clusters; a kind cluster is also recognised without
 * @param operation of the engine, such as `create`
 */
export function clusterStep(
  urn: string,
  operation: string,
  clusters: readonly string[],
): ClusterStep {
  const type = resourceType(urn);
  const place = type === federated ? undefined : locate(urn, clusters);
  const words = place === undefined ? meshWords(type, urn) : wordsFor(type, place.part);
  const what = words?.what ?? describeResource(urn);
  const creating = operation === "create" || operation === "create-replacement";
  return {
    cluster: words && place?.cluster,
    what,
    doing: creating && words ? `${words.verb} ${what}` : `${doing(operation)} ${what}`,
    done: creating && words ? `${what} ${words.past}` : `${what} ${done(operation)}`,
  };
}

interface Place {
  readonly cluster: string;
  /** The part after the cluster and its generation. Empty for the cluster itself. */
  readonly part: string;
}

function locate(urn: string, clusters: readonly string[]): Place | undefined {
  const stack = /^urn:pulumi:([^:]+)::/.exec(urn)?.[1];
  const name = resourceName(urn);
  if (stack === undefined || !name.startsWith(`${stack}-`)) return undefined;
  const own = name.slice(stack.length + 1);
  const [, kind, part = ""] = /^(.+?)-[0-9a-f]{8}(?:-(.+))?$/.exec(own) ?? [];
  if (kind !== undefined && (clusters.length === 0 || clusters.includes(kind))) {
    return { cluster: kind, part };
  }
  // `spoke-1` and not `spoke`, if both exist.
  const cluster = clusters
    .filter((known) => own === known || own.startsWith(`${known}-`))
    .sort((one, other) => other.length - one.length)[0];
  return cluster === undefined ? undefined : { cluster, part: own.slice(cluster.length + 1) };
}

const federated = "linkerd-topology:index:FederatedReady";

/** `<stack>-federated-<namespace>.<service>` belongs to several clusters. */
function meshWords(type: string, urn: string): Words | undefined {
  if (type !== federated) return undefined;
  const service = /-federated-(.+)$/.exec(resourceName(urn))?.[1] ?? "";
  return { verb: "waiting for", what: `federated Service ${service}`, past: "complete" };
}

interface Words {
  readonly verb: string;
  readonly what: string;
  readonly past: string;
}

function wordsFor(type: string, part: string): Words | undefined {
  const installing = (what: string): Words => ({ verb: "installing", what, past: "installed" });
  switch (type) {
    case "kind:index:Cluster":
      return { verb: "creating", what: "nodes", past: "created" };
    case "kubernetes:helm.sh/v3:Release":
      return installing(charts[part] ?? part);
    case "kubernetes:apps/v1:DaemonSet":
      return { verb: "laying", what: "pod routes", past: "laid" };
    case "kubernetes:apps/v1:Deployment":
      return {
        verb: "starting",
        what: part === "jaeger" ? "Jaeger" : "Prometheus",
        past: "started",
      };
    case "linkerd-topology:index:InjectorReady":
      return { verb: "waiting for", what: "injector", past: "injects" };
    case "linkerd-topology:index:ProxiesCurrent":
      return { verb: "restarting", what: "proxies", past: "with present proxies" };
    case "linkerd-topology:index:IssuerReady":
      return { verb: "waiting for", what: "issuer", past: "made" };
    case "linkerd-topology:index:LinkReady":
      return { verb: "waiting for", what: `Link ${part.replace(/^to-/, "to ")}`, past: "taken up" };
    case "linkerd-topology:index:ServiceExport":
      return { verb: "exporting", what: part.replace(/^export-/, ""), past: "exported" };
    case "linkerd-topology:index:TrafficRoute":
      return { verb: "routing", what: part.replace(/^traffic-/, ""), past: "routed" };
    default:
      return undefined;
  }
}

const charts: Readonly<Record<string, string>> = {
  "control-plane": "control plane",
  "control-plane-crds": "Linkerd's CRDs",
  "control-plane-gateway-api": "Gateway API",
  multicluster: "multicluster extension",
  viz: "linkerd-viz",
};
