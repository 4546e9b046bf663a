import type { KubernetesApi, NamedAccess } from "../kubernetes/api.ts";
import { connect } from "../kubernetes/connect.ts";
import { defaultConcurrency, type Lanes, lanesFor } from "../kubernetes/lanes.ts";

/** Connections to the clusters of a mesh, each opened once, because every new one costs handshakes. */
export class Connections {
  readonly lanes: Lanes;
  readonly #signal: AbortSignal | undefined;
  readonly #opened = new Map<string, Promise<KubernetesApi>>();

  constructor(
    options: { readonly signal?: AbortSignal | undefined; readonly lanes?: Lanes | undefined } = {},
  ) {
    this.lanes = options.lanes ?? lanesFor(defaultConcurrency());
    this.#signal = options.signal;
  }

  /** @throws Error if the kubeconfig can't be used. The next call reads it again. */
  async open(access: NamedAccess): Promise<KubernetesApi> {
    const { name } = access;
    const opened =
      this.#opened.get(name) ?? connect(access, { signal: this.#signal, lanes: this.lanes });
    this.#opened.set(name, opened);
    try {
      return await opened;
    } catch (error) {
      this.#opened.delete(name);
      throw error;
    }
  }

  /** @throws Error if the cluster's kubeconfig is unknown, or can't be used */
  async openIn(
    { clusters }: { readonly clusters: readonly NamedAccess[] },
    cluster: string,
  ): Promise<KubernetesApi> {
    const access = clusters.find(({ name }) => name === cluster);
    if (access === undefined) throw new Error(`the kubeconfig of ${cluster} is unknown`);
    return this.open(access);
  }
}
