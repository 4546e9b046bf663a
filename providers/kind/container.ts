/** A container that is a node of a kind cluster, or has the name of one. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** Name of the kind cluster. It and the role are undefined if kind didn't create the container. */
  readonly cluster: string | undefined;
  readonly role: NodeRole | undefined;
  readonly image: string;
  readonly running: boolean;
  /** Running, but frozen by `docker pause`. */
  readonly paused: boolean;
  /** Docker network → address. The address is empty while the container is stopped. */
  readonly networks: Readonly<Record<string, string>>;
  /** Docker network → Docker's id of it. A stopped container keeps the id when the network is removed. */
  readonly networkIds: Readonly<Record<string, string>>;
  /** Whose it is. Undefined if this provider didn't create it. */
  readonly stamp: Stamp | undefined;
  /** Ports of the host that lead to it. */
  readonly hostPorts: readonly number[];
  /** `127.0.0.1:40123`, on the container that publishes the API server. */
  readonly apiServer: string | undefined;
}

export type NodeRole = "control-plane" | "worker" | "external-load-balancer";

/**
 * Says from a node's first moment on whose it is. kind can't label its containers, but it mounts what its
 * configuration says. So it mounts /dev/null at a path that is the stamp. `docker inspect` also shows it on
 * stopped and half-created containers.
 */
export interface Stamp {
  readonly owner: string;
  readonly generation: string;
}
