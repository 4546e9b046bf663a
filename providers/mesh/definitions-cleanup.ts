import type { KubernetesApi } from "../../verification/kubernetes/api.ts";
import { isNotFound } from "../../verification/kubernetes/errors.ts";
import { getIfThere } from "../../verification/kubernetes/optional.ts";
import type { PropertyMap, Resource } from "../server/index.ts";
import { diffInputs } from "../server/index.ts";
import { clusterApi } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import { accessInputs, checkInputs, outputsOf, schemaOf } from "./inputs.ts";

const inputs = {
  ...accessInputs,
  definitions: {
    type: "array",
    items: { type: "string" },
    description: "Names of custom resource definitions that are about to be installed.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

/**
 * Remembers which definitions a cluster did not have, and takes those away in the end. Helm never deletes
 * what is in a chart's `crds`, as it can't know whose it is.
 */
export const definitionsCleanup: Resource = {
  type: "linkerd-topology:index:DefinitionsCleanup",
  schema: schemaOf(
    "When it is deleted: removes those definitions that were not there when it was created, unless " +
      "somebody uses them.",
    inputs,
    {
      absent: {
        type: "array",
        items: { type: "string" },
        description: "Definitions that the cluster did not have before.",
      },
    },
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, newInputs }) => diffInputs(oldInputs, newInputs, []),
  create: async (request, context) => {
    const api = await clusterApi(request.inputs, context.signal);
    const absent = await absentOf(api, strings(request.inputs, "definitions"));
    return { id: "definitions-cleanup", outputs: outputsOf(request.inputs, { absent }) };
  },
  update: async ({ newInputs, oldInputs, oldOutputs }, context) => {
    const api = await clusterApi(newInputs, context.signal);
    const known = strings(oldInputs, "definitions");
    const further = strings(newInputs, "definitions").filter((name) => !known.includes(name));
    const absent = [...strings(oldOutputs, "absent"), ...(await absentOf(api, further))];
    return outputsOf(newInputs, { absent });
  },
  read: (request) =>
    Promise.resolve({
      id: request.id,
      inputs: request.inputs,
      outputs: outputsOf(request.outputs),
    }),
  delete: async (request, context) => {
    const api = await clusterApi(request.outputs, context.signal);
    for (const name of strings(request.outputs, "absent")) {
      const path = `${collection}/${name}`;
      const definition = await getIfThere<Definition>(api, path);
      if (definition === undefined) continue;
      if (await isUsed(api, definition)) {
        context.log("warning", `the definition ${name} stays: there are objects of it`);
        continue;
      }
      await api.delete(path).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  },
};

async function absentOf(api: KubernetesApi, names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    names.map((name) => getIfThere<Definition>(api, `${collection}/${name}`)),
  );
  return names.filter((_, index) => found[index] === undefined);
}

async function isUsed(api: KubernetesApi, { spec }: Definition): Promise<boolean> {
  const version = spec.versions.find(({ served }) => served);
  if (version === undefined) return false;
  const path = `/apis/${spec.group}/${version.name}/${spec.names.plural}`;
  const objects = await getIfThere<{ readonly items: readonly unknown[] }>(api, path);
  return objects !== undefined && objects.items.length > 0;
}

function strings(properties: PropertyMap, key: string): string[] {
  const value = properties[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
