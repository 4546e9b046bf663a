import {
  installedObjects,
  keepObjects,
  type ManifestObject,
} from "../../kubernetes/helm-release.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { clusterToCleanUp } from "./cluster-api.ts";
import { type Crd, crdPath, lookForObjects } from "./crds.ts";
import { gate } from "./gate.ts";
import { accessInputs, fixedText, texts } from "./inputs.ts";

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
