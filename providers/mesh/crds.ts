import type { KubernetesApi } from "../../kubernetes/api.ts";
import { deleteIfThere, getIfThere } from "../../kubernetes/optional.ts";
import { clusterApi, clusterToCleanUp } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessInputs, fixedText, texts } from "./inputs.ts";
import {
  installedObjects,
  keepObjects,
  type ManifestObject,
} from "../../kubernetes/helm-release.ts";

/** The part of a custom resource definition (CRD) that is read. */
export interface Crd {
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

/** Path of a CRD at the API server. */
export function crdPath(name: string): string {
  return `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
}

/**
 * Why a CRD can't be deleted: deleting it would delete every object of it. Objects of a CRD that serves no
 * version can't be listed, so there may be some.
 *
 * @param own namespaces whose objects don't count, because they are deleted as well
 * @returns undefined if there is no object
 * @throws KubernetesApiError if they can't be listed: then nobody knows whether there are any
 */
export async function lookForObjects(
  api: KubernetesApi,
  { spec }: Crd,
  own: readonly string[] = [],
): Promise<string | undefined> {
  const version = spec.versions.find(({ served }) => served);
  if (version === undefined) return "it serves no version, so its objects can't be listed";
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

/** Helm never deletes the contents of a chart's `crds` folder, because it can't know who uses them. */
export const crdsCleanup = gate({
  name: "DefinitionsCleanup",
  description:
    "For a cluster that outlives what is installed in it. Records which CRDs the cluster doesn't have yet, " +
    "and on deletion removes those that nobody uses. Whatever installs them must depend on it.",
  inputs: {
    ...accessInputs,
    definitions: texts("Names of the CRDs that are about to be installed."),
  },
  outputs: { absent: texts("CRDs that the cluster did not have before.") },
  id: () => "definitions-cleanup",
  create: async (inputs, { signal }) => ({
    absent: await absentOf(await clusterApi(inputs, signal), inputs.definitions),
  }),
  update: async (inputs, { signal }, { inputs: { definitions: known }, state }) => {
    const api = await clusterApi(inputs, signal);
    const further = inputs.definitions.filter((name) => !known.includes(name));
    return { absent: [...(state.absent ?? []), ...(await absentOf(api, further))] };
  },
  delete: async (state, context) => {
    const api = await clusterToCleanUp(state, context);
    if (api === undefined) return;
    for (const name of state.absent ?? []) {
      const path = crdPath(name);
      const crd = await getIfThere<Crd>(api, path);
      if (crd === undefined) continue;
      const used = await lookForObjects(api, crd);
      if (used !== undefined) {
        context.log("warning", `the CRD ${name} stays: ${used}`);
        continue;
      }
      await deleteIfThere(api, path);
    }
  },
});

async function absentOf(api: KubernetesApi, names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(names.map((name) => getIfThere<Crd>(api, crdPath(name))));
  return names.filter((_, index) => found[index] === undefined);
}

/**
 * Helm deletes all templates of a chart, CRDs included, and deleting a CRD deletes every object of it,
 * whoever created it. This resource is deleted just before the release. It then marks each CRD that other
 * people's objects use, so that Helm keeps it.
 */
export const crdsKept = gate({
  name: "DefinitionsKept",
  description:
    "For a cluster that outlives what is installed in it. Makes Helm keep the CRDs that have objects of " +
    "others when it uninstalls the release. Resources whose objects are deleted as well must depend on it.",
  inputs: {
    ...accessInputs,
    namespace: fixedText("Namespace of the release."),
    release: fixedText("Helm release that installs the CRDs. This resource has to depend on it."),
    ownNamespaces: texts("Namespaces that are deleted as well; their objects don't count."),
  },
  outputs: {},
  id: ({ release }) => release,
  create: () => Promise.resolve({}),
  delete: async ({ namespace, release, ownNamespaces, ...access }, context) => {
    const api = await clusterToCleanUp(access, context);
    if (api === undefined) return;
    const ref = { namespace, release };
    const kept = new Set<string>();
    for (const { metadata } of (await installedObjects(api, ref)).filter(isCrd)) {
      const crd = await getIfThere<Crd>(api, crdPath(metadata.name));
      if (crd === undefined) continue;
      const used = await lookForObjects(api, crd, ownNamespaces);
      if (used === undefined) continue;
      kept.add(metadata.name);
      context.log("warning", `the CRD ${metadata.name} stays: ${used}`);
    }
    if (kept.size === 0) return;
    await keepObjects(api, ref, (object) => isCrd(object) && kept.has(object.metadata.name));
  },
});

function isCrd({ kind }: ManifestObject): boolean {
  return kind === "CustomResourceDefinition";
}
