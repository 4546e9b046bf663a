import type { KubernetesApi } from "../../kubernetes/api.ts";
import { getIfThere } from "../../kubernetes/optional.ts";

/** A kind of object, or a subresource of one. */
export interface ServedResource {
  readonly apiGroup: string;
  /** Plural name, with its subresource: `pods/log`. */
  readonly resource: string;
}

interface Versions {
  readonly versions: readonly string[];
}

interface Groups {
  readonly groups: readonly {
    readonly name: string;
    readonly versions: readonly { readonly groupVersion: string }[];
  }[];
}

interface Resources {
  readonly resources: readonly { readonly name: string }[];
}

/**
 * Everything that an API server serves, each once, in whatever versions. Rights don't know versions. A
 * group whose server doesn't answer has nothing that could be read.
 */
export async function servedResources(api: KubernetesApi): Promise<readonly ServedResource[]> {
  const [core, named] = await Promise.all([api.get<Versions>("/api"), api.get<Groups>("/apis")]);
  const roots = [
    ...core.versions.map((version) => ({ apiGroup: "", path: `/api/${version}` })),
    ...named.groups.flatMap(({ name, versions }) =>
      versions.map(({ groupVersion }) => ({ apiGroup: name, path: `/apis/${groupVersion}` })),
    ),
  ];
  const lists = await Promise.all(
    roots.map(async ({ apiGroup, path }) => {
      const served = await getIfThere<Resources>(api, path);
      return (served?.resources ?? []).map(({ name }) => ({ apiGroup, resource: name }));
    }),
  );
  const each = new Map(lists.flat().map((one) => [`${one.apiGroup} ${one.resource}`, one]));
  return [...each.values()];
}
