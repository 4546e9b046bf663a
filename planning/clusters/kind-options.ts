import * as z from "zod";
import { limits } from "../limits.ts";
import { labelValue } from "../labels.ts";
import { expecting, integer, list, map, object, oneOf, yesOrNo } from "../topology/schema-parts.ts";

const path = (whose: string, example: string) =>
  expecting(
    z.string().regex(/^\/[^:,\p{Cc}]*$/u),
    `an absolute path ${whose}, without ":" and ","`,
    `write a path such as ${example}`,
  );

const extraMount = object(
  {
    /**
     * Index of the node; control planes come first.
     * @default every node
     * @example 1
     */
    node: integer(
      0,
      limits.nodeIndex,
      "the index of a node",
      "count from 0, control planes first, or leave it out for every node",
    ).exactOptional(),
    /**
     * File or directory of the machine that Docker runs on. It must exist.
     * @example /srv/data
     */
    hostPath: path("of this machine", "/srv/data"),
    /**
     * Path in the node.
     * @example /data
     */
    containerPath: path("in the node", "/data"),
    /**
     * Whether the node can only read it.
     * @default false
     * @example true
     */
    readOnly: yesOrNo().exactOptional(),
    /**
     * Whether the other side sees mounts that are added below the path later.
     * @default "None"
     * @example HostToContainer
     */
    propagation: oneOf(["None", "HostToContainer", "Bidirectional"]).exactOptional(),
    /**
     * Whether Docker relabels the path for SELinux.
     * @default false
     * @example true
     */
    selinuxRelabel: yesOrNo().exactOptional(),
  },
  "a mount",
  "write a map such as { hostPath: /srv/data, containerPath: /data }",
);

/** A path of the machine that nodes can see. */
export interface ExtraMount extends Readonly<z.infer<typeof extraMount>> {}

/**
 * Options that kind passes on to the nodes and to kubeadm. The plan and the kind provider carry them as one
 * value: an option needs its schema here, its rule beside it, and a line in the provider's kind-config.ts. A
 * change of any of them recreates the cluster.
 */
export const kindOptions = {
  /**
   * Index of a node (control planes come first), or `*` for every node → its labels. A node's own label takes
   * precedence over that of `*`.
   * @default {}
   * @example { "1": { topology.kubernetes.io/zone: a }, "2": { topology.kubernetes.io/zone: b } }
   */
  nodeLabels: map(
    map(
      labelValue("a"),
      "a map of labels",
      "write a map such as { topology.kubernetes.io/zone: a }",
    ),
    "a map of nodes to their labels",
    'write a map such as { "1": { topology.kubernetes.io/zone: a } }',
  ).exactOptional(),
  /**
   * Files and directories of the machine that Docker runs on, which nodes can see.
   * @default []
   * @example [{ hostPath: /srv/data, containerPath: /data }]
   */
  extraMounts: list<ExtraMount>(
    extraMount,
    "a list of mounts",
    "write a list of maps such as { hostPath: /srv/data, containerPath: /data }",
  ).exactOptional(),
  /**
   * YAML patches for kubeadm's configuration. Each one is a merge patch for the object of its `kind`.
   * @default []
   * @example ["{ kind: KubeletConfiguration, maxPods: 200 }"]
   */
  kubeadmConfigPatches: list(
    expecting(z.string().regex(/\S/), "a YAML patch", "write YAML text"),
    "a list of YAML patches",
    "write a list of YAML texts",
  ).exactOptional(),
  /**
   * Feature gate of Kubernetes → whether it is on, in every component. With a gate that the Kubernetes
   * version doesn't have, the cluster doesn't start.
   * @default {}
   * @example { InPlacePodVerticalScaling: true }
   */
  featureGates: map(
    yesOrNo(),
    "a map of feature gates to true or false",
    "write a map such as { InPlacePodVerticalScaling: true }",
  ).exactOptional(),
  /**
   * Group and version of a Kubernetes API, or `api/all`, `api/ga`, `api/beta`, `api/alpha` → whether the
   * API server serves it.
   * @default {}
   * @example { api/alpha: true }
   */
  runtimeConfig: map(
    yesOrNo(),
    "a map of Kubernetes APIs to true or false",
    "write a map such as { api/alpha: true }",
  ).exactOptional(),
  /**
   * IPv4 address at which the API server listens, on the machine that Docker runs on. If that is another
   * machine, write its own address. Everybody who reaches the address reaches the API server.
   * @default "127.0.0.1"
   * @example "192.168.1.20"
   */
  apiServerAddress: expecting(
    z.string().regex(z.regexes.ipv4),
    "an IPv4 address",
    'write an address of the machine that Docker runs on, such as "127.0.0.1"',
  ).exactOptional(),
  /**
   * Port at which the API server listens, on the machine that Docker runs on.
   * @default a free port
   * @example 6443
   */
  apiServerPort: integer(
    1,
    limits.port,
    "a port",
    "write a port number, or leave it out",
  ).exactOptional(),
};

export const kindOptionsSchema = object(
  kindOptions,
  "a map of kind's options",
  "write a map such as { apiServerPort: 6443 }",
);

/** Options that kind passes on to the nodes and to kubeadm. */
export interface KindOptions extends Readonly<z.infer<typeof kindOptionsSchema>> {}

export const kindOptionKeys = Object.keys(kindOptions) as (keyof KindOptions)[];
