import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import type { Resource } from "../server/index.ts";
import { clusterApi, clusterToCleanUp } from "./cluster-api.ts";
import { type Crd, crdPath, lookForObjects } from "./crds.ts";
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
    description: "Names of the CRDs that are about to be installed.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

/**
 * Records which CRDs the cluster did not have, and removes them at the end. Helm never deletes what is in a
 * chart's `crds`, because it can't know who uses it.
 */
export const crdsCleanup: Resource = {
  type: "linkerd-topology:index:DefinitionsCleanup",
  schema: schemaOf(
    "When it is deleted, removes the CRDs that the cluster did not have when it was created, unless " +
      "somebody uses them.",
    inputs,
    {
      absent: {
        type: "array",
        items: { type: "string" },
        description: "CRDs that the cluster did not have before.",
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
      const path = crdPath(name);
      const crd = await getIfThere<Crd>(api, path);
      if (crd === undefined) continue;
      const used = await lookForObjects(api, crd);
      if (used !== undefined) {
        context.log("warning", `the CRD ${name} stays: ${used}`);
        continue;
      }
      await api.delete(path).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  },
};

async function absentOf(api: KubernetesApi, names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(names.map((name) => getIfThere<Crd>(api, crdPath(name))));
  return names.filter((_, index) => found[index] === undefined);
}
