/** A container that is, or by its name claims to be, a node of a kind cluster. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** Name of the kind cluster; undefined, as the role, where it is no container of kind's. */
  readonly cluster: string | undefined;
  readonly role: NodeRole | undefined;
  readonly image: string;
  readonly running: boolean;
  /** Running, but held by `docker pause`. */
  readonly paused: boolean;
  /** Docker network → address, empty while stopped. */
  readonly networks: Readonly<Record<string, string>>;
  /** Docker network → Docker's id of it, which a stopped container keeps when the network is removed. */
  readonly networkIds: Readonly<Record<string, string>>;
  /** Who made it, undefined if it wasn't this provider. */
  readonly stamp: Stamp | undefined;
  /** Ports of the host that lead to it. */
  readonly hostPorts: readonly number[];
  /** `127.0.0.1:40123`, on the container that publishes the API server. */
  readonly apiServer: string | undefined;
}

export type NodeRole = "control-plane" | "worker" | "external-load-balancer";

/**
 * What a node carries from its first moment on to tell whose it is. kind lets nobody label its
 * containers, but it mounts what the configuration says; so it is told to mount /dev/null at a path
 * that is the stamp. `docker inspect` shows it, on stopped and half-made containers too.
 */
export interface Stamp {
  readonly owner: string;
  readonly generation: string;
}
