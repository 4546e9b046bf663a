import * as z from "zod";

/**
 * One thing that a drill took away or created, with everything that is needed to undo it. It contains no
 * secret.
 */
export const takenSchema = z.discriminatedUnion("kind", [
  /** A Deployment or StatefulSet that was scaled to 0. */
  z.object({
    kind: z.literal("scale"),
    cluster: z.string(),
    path: z.string(),
    replicas: z.int().positive(),
  }),
  /** An object that was deleted. */
  z.object({
    kind: z.literal("object"),
    cluster: z.string(),
    path: z.string(),
    object: z.record(z.string(), z.unknown()),
    manager: z.string(),
  }),
  /** A pod that was deleted. Its controller makes another. */
  z.object({ kind: z.literal("pod"), cluster: z.string(), path: z.string() }),
  /** A node's container that was stopped, paused or restarted. */
  z.object({
    kind: z.literal("node"),
    cluster: z.string(),
    node: z.string(),
    how: z.enum(["stop", "pause", "restart"]),
  }),
  /** An API server whose static pod's manifest was moved away. */
  z.object({ kind: z.literal("api-server"), cluster: z.string(), node: z.string() }),
  /** Something that the drill created, to be deleted. */
  z.object({ kind: z.literal("made"), cluster: z.string(), path: z.string() }),
]);

export type Taken = z.infer<typeof takenSchema>;

/** Nodes come back first: without them no API server answers. What the drill created is removed last. */
const order: Readonly<Record<Taken["kind"], number>> = {
  node: 0,
  "api-server": 1,
  object: 2,
  scale: 3,
  pod: 4,
  made: 5,
};

/** The order in which things are put back. */
export function inOrder(taken: readonly Taken[]): readonly Taken[] {
  return taken.toSorted((one, other) => order[one.kind] - order[other.kind]);
}

/** For example `east: deployments/web of shop, 2 replicas`. */
export function describeTaken(taken: Taken): string {
  const { cluster } = taken;
  switch (taken.kind) {
    case "scale":
      return `${cluster}: ${pathWords(taken.path)}, ${taken.replicas} replicas`;
    case "object":
    case "pod":
      return `${cluster}: ${pathWords(taken.path)}`;
    case "node":
      return `${cluster}: node ${taken.node}`;
    case "api-server":
      return `${cluster}: API server on ${taken.node}`;
    case "made":
      return `${cluster}: the drill's own ${pathWords(taken.path)}`;
  }
}

export function putBackByHand(taken: Taken): string {
  switch (taken.kind) {
    case "scale": {
      const { namespace, kind, name } = partsOf(taken.path);
      return `kubectl -n ${namespace} scale ${kind}/${name} --replicas ${taken.replicas}`;
    }
    case "object":
      return "run `up --refresh`";
    case "pod":
      return "wait for its controller, which makes another";
    case "node":
      return `docker ${taken.how === "pause" ? "unpause" : "start"} ${taken.node}`;
    case "api-server":
      return `docker exec ${taken.node} mv ${movedManifest} ${manifest}`;
    case "made": {
      const { namespace, kind, name } = partsOf(taken.path);
      return `kubectl ${namespace === "" ? "" : `-n ${namespace} `}delete ${kind} ${name}`;
    }
  }
}

/** kubeadm's path of an API server's static pod, and its path while it is taken away. */
export const manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";
export const movedManifest = "/etc/kubernetes/kube-apiserver.taken-by-drill.yaml";

function partsOf(path: string): { namespace: string; kind: string; name: string } {
  const [, namespace = "", kind = "", name = ""] =
    /\/(?:namespaces\/([^/]+)\/)?([^/]+)\/([^/]+)$/.exec(path) ?? [];
  return { namespace, kind, name };
}

function pathWords(path: string): string {
  const { namespace, kind, name } = partsOf(path);
  return `${kind}/${name}${namespace === "" ? "" : ` of ${namespace}`}`;
}
