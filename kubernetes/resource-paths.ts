import type { KubernetesApi } from "./api.ts";
import { getIfThere } from "./optional.ts";

interface ApiResources {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

export interface ObjectPath {
  readonly collection: string;
  readonly object: string;
}

/** The paths at which an API server serves objects of any kind. It asks once for each group and version. */
export class ResourcePaths {
  readonly #api: KubernetesApi;
  readonly #served = new Map<string, Promise<ApiResources | undefined>>();

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  /**
   * @param namespace of objects that name none
   * @returns undefined if nothing serves the kind
   */
  async of(
    object: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly metadata: { readonly name: string; readonly namespace?: string };
    },
    namespace: string,
  ): Promise<ObjectPath | undefined> {
    const { apiVersion, kind, metadata } = object;
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    let served = this.#served.get(root);
    if (served === undefined) {
      served = getIfThere<ApiResources>(this.#api, root);
      this.#served.set(root, served);
    }
    const resource = (await served)?.resources.find(
      (candidate) => candidate.kind === kind && !candidate.name.includes("/"),
    );
    if (resource === undefined) return undefined;
    const { name, namespaced } = resource;
    const within = namespaced ? `/namespaces/${metadata.namespace ?? namespace}` : "";
    const collection = `${root}${within}/${name}`;
    return { collection, object: `${collection}/${metadata.name}` };
  }
}
