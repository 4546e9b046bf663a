import type { KubernetesApi } from "../../kubernetes/api.ts";
import { deleteIfThere, getIfThere } from "../../kubernetes/optional.ts";
import { clusterApi, clusterToCleanUp } from "./cluster-api.ts";
import { type Crd, crdPath, lookForObjects } from "./crds.ts";
import { gate } from "./gate.ts";
import { accessInputs, texts } from "./inputs.ts";

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
