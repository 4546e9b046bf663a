import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Namespace, Pod, Service } from "../../kubernetes/objects.ts";
import { isLive } from "../../kubernetes/pods.ts";

/** Objects of a cluster in all namespaces. */
export class ClusterLists {
  readonly #api: KubernetesApi;

  /** @param api the client of one look, which reads each object once */
  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  namespaces(): Promise<readonly Namespace[]> {
    return this.#list("/api/v1/namespaces");
  }

  /** Pods that neither ended nor are being deleted. */
  async livePods(): Promise<readonly Pod[]> {
    const pods = await this.#list<Pod>("/api/v1/pods");
    return pods.filter(isLive);
  }

  services(): Promise<readonly Service[]> {
    return this.#list("/api/v1/services");
  }

  async #list<T>(path: string): Promise<readonly T[]> {
    return listAll(this.#api, path);
  }
}
