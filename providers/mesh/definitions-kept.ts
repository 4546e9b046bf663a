import {
  installedObjects,
  keepObjects,
  type ManifestObject,
} from "../../kubernetes/helm-release.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import type { Resource } from "../server/index.ts";
import { clusterToCleanUp } from "./cluster-api.ts";
import { type Definition, definitionPath, lookForObjects } from "./definitions.ts";
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
  release: { type: "string", description: "Helm release that installs the definitions." },
  ownNamespaces: {
    type: "array",
    items: { type: "string" },
    description: "Namespaces that go as well, whose objects don't count.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

/**
 * Keeps definitions that somebody uses. Helm deletes what a chart has as templates, custom resource
 * definitions too, and with a definition goes every object of it, whoever made it. This is deleted just
 * before the release: what others have made of a definition by then makes Helm leave the definition.
 */
export const definitionsKept: Resource = {
  type: "linkerd-topology:index:DefinitionsKept",
  schema: schemaOf(
    "When it is deleted: has the uninstallation of a Helm release leave definitions of which there are objects.",
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
    for (const { metadata } of (await installedObjects(api, ref)).filter(isDefinition)) {
      const definition = await getIfThere<Definition>(api, definitionPath(metadata.name));
      if (definition === undefined) continue;
      const used = await lookForObjects(api, definition, textList(outputs, "ownNamespaces"));
      if (used === undefined) continue;
      kept.add(metadata.name);
      context.log("warning", `the definition ${metadata.name} stays: ${used}`);
    }
    if (kept.size === 0) return;
    await keepObjects(api, ref, (object) => isDefinition(object) && kept.has(object.metadata.name));
  },
};

function isDefinition({ kind }: ManifestObject): boolean {
  return kind === "CustomResourceDefinition";
}
