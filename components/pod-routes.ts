import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet.js";
import type { Node } from "@pulumi/kind";
import * as pulumi from "@pulumi/pulumi";
import { podRoutes, routeLine } from "../planning/links/pod-routes.ts";
import { timeLimits } from "../system/time-limits.ts";
import { inCluster, type MeshCluster } from "./mesh-cluster.ts";
import { defaultPauseImage } from "./pause-image.ts";
import { refuseOutputs } from "./plain-inputs.ts";

/** A cluster to whose pods routes lead, such as a `KindCluster`. */
export interface RoutePeer {
  /** Pod subnet of the cluster, IPv4 CIDR. */
  readonly podSubnet: string;
  /** Its nodes, such as the `nodes` of a `KindCluster`. */
  readonly nodes: pulumi.Input<readonly Pick<Node, "name" | "podCidr">[]>;
}

/** Arguments of {@link PodRoutes}. */
export interface PodRoutesArgs {
  /** The cluster that needs the routes. Its nodes are on the peers' Docker network. */
  readonly cluster: MeshCluster;
  /** The clusters that the routes lead to. */
  readonly peers: readonly RoutePeer[];
  /** An image that the cluster has or can pull. Nothing in it is used. @default a pause image */
  readonly image?: string | undefined;
}

const { name, namespace, variable } = podRoutes;
const state = "/run/linkerd-topology/pod-routes";
/** Prints what is missing. Kubernetes shows the output of a probe as an event of the pod. */
const probe = `mapfile -t said <"$STATE/$INSTANCE"; [[ "\${said[*]}" == ready ]] || { printf '%s\\n' "\${said[@]}"; exit 1; }`;

/**
 * Routes from every node of a kind cluster to the pods of other clusters on its Docker network. Packets on
 * these routes keep the pods' own addresses. Traffic needs routes in both directions, so each cluster has
 * `PodRoutes` with the others as peers.
 *
 * They count as created when they are in place on every node. On each node something restores lost routes,
 * for example after a restart of Docker, and removes them when this is deleted.
 *
 * @example
 * ```ts
 * const routes = new PodRoutes("west", {
 *   cluster: west,
 *   peers: [east],
 * });
 * ```
 */
export class PodRoutes extends pulumi.ComponentResource {
  /** Depend on it to wait until the routes are in place. */
  readonly ready: pulumi.Resource;

  constructor(logicalName: string, args: PodRoutesArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("PodRoutes", logicalName, args, ["cluster", "peers"]);
    super("linkerd-topology:index:PodRoutes", logicalName, {}, opts);
    const script = readFileSync(join(import.meta.dirname, "pod-routes.sh"), "utf8");
    // Kubernetes' default of one second is too short if all clusters of a topology share a few cores.
    const look = { exec: { command: ["/bin/bash", "-c", probe] }, timeoutSeconds: 5 };
    const limit = `${String(timeLimits.podRoutes / 1000)}s`;
    this.ready = new DaemonSet(
      logicalName,
      {
        metadata: { name, namespace, labels: { app: name } },
        spec: {
          selector: { matchLabels: { app: name } },
          // The new pod starts before the old one is deleted, so that no route is ever missing.
          updateStrategy: {
            type: "RollingUpdate",
            rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 },
          },
          template: {
            metadata: { labels: { app: name } },
            spec: {
              hostNetwork: true,
              // The node's own resolver, which is Docker's and knows the nodes of every cluster.
              dnsPolicy: "Default",
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              priorityClassName: "system-node-critical",
              tolerations: [{ operator: "Exists" }],
              terminationGracePeriodSeconds: 10,
              containers: [
                {
                  name: "pod-routes",
                  image: args.image ?? defaultPauseImage,
                  imagePullPolicy: "IfNotPresent",
                  command: ["/bin/bash", "-c", script],
                  env: [
                    { name: variable, value: peerLines(args.peers) },
                    { name: "INSTANCE", valueFrom: { fieldRef: { fieldPath: "metadata.uid" } } },
                    { name: "STATE", value: state },
                  ],
                  startupProbe: { ...look, periodSeconds: 1, failureThreshold: 600 },
                  // The startup probe sees when they are in place. A look costs 30 ms of CPU, on every node.
                  readinessProbe: { ...look, periodSeconds: 20 },
                  resources: { requests: { cpu: "10m", memory: "16Mi" } },
                  securityContext: {
                    runAsUser: 0,
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] },
                  },
                  volumeMounts: volumes.map(({ path, readOnly }) => ({
                    name: volumeName(path),
                    mountPath: path,
                    readOnly,
                  })),
                },
              ],
              volumes: volumes.map(({ path, type }) => ({
                name: volumeName(path),
                hostPath: { path, type },
              })),
            },
          },
        },
      },
      inCluster(args.cluster, this, { customTimeouts: { create: limit, update: limit } }),
    );
    this.registerOutputs({});
  }
}

/**
 * The programs are the node's own. Every node has them, in versions that fit its packet filter, and no image
 * has to be built or pulled for them.
 */
const volumes = [
  ...["/usr", "/bin", "/sbin", "/lib", "/etc/alternatives"].map((path) => ({
    path,
    type: "",
    readOnly: true,
  })),
  // The loader's path on amd64. Nodes of other architectures don't have it.
  { path: "/lib64", type: "DirectoryOrCreate", readOnly: true },
  { path: "/run/xtables.lock", type: "FileOrCreate", readOnly: false },
  { path: state, type: "DirectoryOrCreate", readOnly: false },
];

function volumeName(path: string): string {
  return path.slice(1).replaceAll(/[^a-z0-9]/g, "-");
}

/** Sorted, so that another order of the clusters in a topology changes nothing. */
function peerLines(peers: readonly RoutePeer[]): pulumi.Output<string> {
  const lines = peers.map(({ podSubnet, nodes }) =>
    pulumi
      .output(nodes)
      .apply((all) => all.map((node) => routeLine(podSubnet, node.name, node.podCidr))),
  );
  return pulumi.all(lines).apply((all) => all.flat().sort().join("\n"));
}
