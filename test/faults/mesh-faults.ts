/** Something that goes wrong in a running mesh: what a drill takes away from `east`, the target of a Link. */
export interface MeshFault {
  readonly name: string;
  readonly title: string;
  /** What to take away, as for `--take`. Undefined: the cluster, which no drill can put back. */
  readonly take: string | undefined;
  /** How long it is away, or is watched where it comes back at once; in milliseconds. */
  readonly hold: number;
}

export const meshFaults: readonly MeshFault[] = [
  {
    name: "gateway",
    title: "its gateway's pod is deleted",
    take: "gateway-pod:east",
    hold: 30_000,
  },
  {
    name: "node",
    title: "its node's container is restarted",
    take: "node-restart:east",
    hold: 5_000,
  },
  {
    name: "api-server",
    title: "its API server is stopped for two minutes (the static pod's manifest is taken away)",
    take: "api-server:east",
    hold: 120_000,
  },
  {
    name: "credential",
    title: "the source's credential is revoked (its token Secret is deleted) for 45 s",
    take: "credential:west/east",
    hold: 45_000,
  },
  {
    name: "cluster",
    title: "it is deleted by hand (`docker rm --force`), and `up` creates it again",
    take: undefined,
    hold: 15_000,
  },
];
