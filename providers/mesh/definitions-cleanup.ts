import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import type { Resource } from "../server/index.ts";
import { clusterApi, clusterToCleanUp } from "./cluster-api.ts";
import { type Definition, definitionPath, lookForObjects } from "./definitions.ts";
import type { InputSchema } from "./inputs.ts";
import {
  accessInputs,
  checkInputs,
  diffInCluster,
  outputsOf,
  schemaOf,
  textList,
} from "./inputs.ts";

const inputs = {
  ...accessInputs,
  definitions: {
    type: "array",
    items: { type: "string" },
    description: "Names of custom resource definitions that are about to be installed.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

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
  diff: ({ oldInputs, newInputs }) => diffInCluster(oldInputs, newInputs),
  create: async (request, context) => {
    const api = await clusterApi(request.inputs, context.signal);
    const absent = await absentOf(api, textList(request.inputs, "definitions"));
    return { id: "definitions-cleanup", outputs: outputsOf(request.inputs, { absent }) };
  },
  update: async ({ newInputs, oldInputs, oldOutputs }, context) => {
    const api = await clusterApi(newInputs, context.signal);
    const known = textList(oldInputs, "definitions");
    const further = textList(newInputs, "definitions").filter((name) => !known.includes(name));
    const absent = [...textList(oldOutputs, "absent"), ...(await absentOf(api, further))];
    return outputsOf(newInputs, { absent });
  },
  read: (request) =>
    Promise.resolve({
      id: request.id,
      inputs: request.inputs,
      outputs: outputsOf(request.outputs),
    }),
  delete: async (request, context) => {
    const api = await clusterToCleanUp(request.outputs, context);
    if (api === undefined) return;
    for (const name of textList(request.outputs, "absent")) {
      const path = definitionPath(name);
      const definition = await getIfThere<Definition>(api, path);
      if (definition === undefined) continue;
      const used = await lookForObjects(api, definition);
      if (used !== undefined) {
        context.log("warning", `the definition ${name} stays: ${used}`);
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
    names.map((name) => getIfThere<Definition>(api, definitionPath(name))),
  );
  return names.filter((_, index) => found[index] === undefined);
}
