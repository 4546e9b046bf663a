import { getIfThere } from "../../verification/kubernetes/optional.ts";
import type { PropertyMap, Resource } from "../server/index.ts";
import { diffInputs } from "../server/index.ts";
import { clusterApi } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import { accessInputs, checkInputs, outputsOf, schemaOf } from "./inputs.ts";

const inputs = {
  ...accessInputs,
  namespaces: {
    type: "array",
    items: { type: "string" },
    description: "Namespaces that are about to be made, and are not to be somebody else's.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

/**
 * Exists once it is certain that a cluster which outlives the mesh has no Linkerd of somebody else's: the
 * Kubernetes provider takes over what has the same name, and would delete it in the end.
 */
export const vacancy: Resource = {
  type: "linkerd-topology:index:Vacancy",
  schema: schemaOf("Exists once the cluster was seen without these namespaces.", inputs),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, newInputs }) => diffInputs(oldInputs, newInputs, []),
  create: async (request, context) => {
    const api = await clusterApi(request.inputs, context.signal);
    const names = namespacesOf(request.inputs);
    const found = await Promise.all(
      names.map((name) => getIfThere(api, `/api/v1/namespaces/${name}`)),
    );
    const taken = names.filter((_, index) => found[index] !== undefined);
    if (taken.length > 0) {
      throw new Error(
        `the cluster at ${api.server} has the namespace${taken.length > 1 ? "s" : ""} ` +
          `${taken.join(" and ")} already, and this stack did not make ${taken.length > 1 ? "them" : "it"}. ` +
          "Nothing was changed. Remove the Linkerd that is there (`linkerd multicluster uninstall`, " +
          "`linkerd uninstall`; or `down` of the stack that made it), or leave this cluster out.",
      );
    }
    return { id: "vacancy", outputs: outputsOf(request.inputs) };
  },
  update: ({ newInputs }) => Promise.resolve(outputsOf(newInputs)),
  read: ({ id, inputs, outputs }) => Promise.resolve({ id, inputs, outputs: outputsOf(outputs) }),
  delete: async () => {
    // It made nothing.
  },
};

function namespacesOf({ namespaces }: PropertyMap): string[] {
  return Array.isArray(namespaces) ? namespaces.filter((name) => typeof name === "string") : [];
}
