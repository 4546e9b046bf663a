import type { KubernetesApi } from "../kubernetes/api.ts";
import type { List, Namespace, Pod, Service } from "../kubernetes/objects.ts";
import { isLive } from "../kubernetes/pods.ts";

/** What a cluster has in all namespaces, each asked once, when it is first needed. */
export class ClusterLists {
  readonly #api: KubernetesApi;
  readonly #lists = new Map<string, Promise<List<unknown>>>();

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  namespaces(): Promise<readonly Namespace[]> {
    return this.#list("/api/v1/namespaces");
  }

  /** Pods that neither ended nor are told to. */
  async livePods(): Promise<readonly Pod[]> {
    const pods = await this.#list<Pod>("/api/v1/pods");
    return pods.filter(isLive);
  }

  services(): Promise<readonly Service[]> {
    return this.#list("/api/v1/services");
  }

  async #list<T>(path: string): Promise<readonly T[]> {
    let asked = this.#lists.get(path);
    if (asked === undefined) {
      asked = this.#api.get<List<unknown>>(path);
      this.#lists.set(path, asked);
    }
    return (await asked).items as readonly T[];
  }
}
