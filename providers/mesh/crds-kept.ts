import {
  installedObjects,
  keepObjects,
  type ManifestObject,
} from "../../kubernetes/helm-release.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import type { Resource } from "../server/index.ts";
import { clusterToCleanUp } from "./cluster-api.ts";
import { type Crd, crdPath, lookForObjects } from "./crds.ts";
import type { InputSchema } from "./inputs.ts";
import {
  accessInputs,
  checkInputs,
  diffInCluster,
  outputsOf,
  schemaOf,
  text,
  textList,
} from "./inputs.ts";

const inputs = {
  ...accessInputs,
  namespace: { type: "string", description: "Namespace of the release." },
  release: { type: "string", description: "Helm release that installs the CRDs." },
  ownNamespaces: {
    type: "array",
    items: { type: "string" },
    description: "Namespaces that are deleted as well; their objects don't count.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

/**
 * Keeps the CRDs that somebody uses. Helm deletes everything that a chart has as a template, CRDs included,
 * and deleting a CRD deletes every object of it, whoever created it. This resource is deleted just before
 * the release. It marks each CRD of which others have objects by then, so that Helm keeps it.
 */
export const crdsKept: Resource = {
  type: "linkerd-topology:index:DefinitionsKept",
  schema: schemaOf(
    "When it is deleted, makes the uninstallation of a Helm release keep the CRDs that have objects.",
    inputs,
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, newInputs }) => diffInCluster(oldInputs, newInputs, ["namespace", "release"]),
  create: ({ inputs }) =>
    Promise.resolve({ id: text(inputs, "release"), outputs: outputsOf(inputs) }),
  update: ({ newInputs }) => Promise.resolve(outputsOf(newInputs)),
  read: ({ id, inputs, outputs }) => Promise.resolve({ id, inputs, outputs: outputsOf(outputs) }),
  delete: async ({ outputs }, context) => {
    const api = await clusterToCleanUp(outputs, context);
    if (api === undefined) return;
    const ref = { namespace: text(outputs, "namespace"), release: text(outputs, "release") };
    const kept = new Set<string>();
    for (const { metadata } of (await installedObjects(api, ref)).filter(isCrd)) {
      const crd = await getIfThere<Crd>(api, crdPath(metadata.name));
      if (crd === undefined) continue;
      const used = await lookForObjects(api, crd, textList(outputs, "ownNamespaces"));
      if (used === undefined) continue;
      kept.add(metadata.name);
      context.log("warning", `the CRD ${metadata.name} stays: ${used}`);
    }
    if (kept.size === 0) return;
    await keepObjects(api, ref, (object) => isCrd(object) && kept.has(object.metadata.name));
  },
};

function isCrd({ kind }: ManifestObject): boolean {
  return kind === "CustomResourceDefinition";
}
