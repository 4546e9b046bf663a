import type { KubernetesApi } from "../../kubernetes/api.ts";

/** A custom resource definition, as far as it is looked at. */
export interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

interface Objects {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace?: string };
  }[];
  readonly metadata?: { readonly continue?: string };
}

/** Path of a definition at the API. */
export function definitionPath(name: string): string {
  return `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
}

/**
 * Why a definition can't go: whoever deletes it deletes every object of it. Objects of a definition that
 * serves no version can't be looked at; there may be some.
 *
 * @param own namespaces whose objects don't count, since they go as well
 * @returns undefined where there is no object
 * @throws KubernetesApiError where they can't be listed: nobody knows then whether there are any
 */
export async function lookForObjects(
  api: KubernetesApi,
  { spec }: Definition,
  own: readonly string[] = [],
): Promise<string | undefined> {
  const version = spec.versions.find(({ served }) => served);
  if (version === undefined) return "it serves no version, so that objects of it can't be seen";
  const path = `/apis/${spec.group}/${version.name}/${spec.names.plural}`;
  let after: string | undefined = "";
  while (after !== undefined) {
    const query: Record<string, string> = { limit: "500" };
    if (after !== "") query["continue"] = after;
    const { items, metadata } = await api.get<Objects>(path, query);
    const found = items.find(({ metadata: { namespace } }) => !own.includes(namespace ?? ""));
    if (found !== undefined) {
      const { namespace, name } = found.metadata;
      return `there are objects of it, such as ${namespace === undefined ? "" : `${namespace}/`}${name}`;
    }
    after = metadata?.continue === "" ? undefined : metadata?.continue;
  }
  return undefined;
}
