import { describeObject, missingObjects, restoreRelease } from "../../kubernetes/helm-release.ts";
import type { PropertyMap, Resource } from "../server/index.ts";
import { clusterApi, lookIfThere } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import { accessInputs, checkInputs, diffInCluster, outputsOf, schemaOf, text } from "./inputs.ts";

const inputs = {
  ...accessInputs,
  namespace: { type: "string", description: "Namespace of the releases." },
  releases: {
    type: "array",
    items: { type: "string" },
    description: "Names of the Helm releases.",
  },
  missing: {
    type: "array",
    items: { type: "string" },
    optional: true,
    description:
      "Objects that a refresh did not find. Nobody sets it: the next update makes them again.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

/** Brings back what was deleted by hand of Helm releases, which Helm's own state never shows. */
export const releaseComplete: Resource = {
  type: "linkerd-topology:index:ReleaseComplete",
  schema: schemaOf(
    "Helm releases with all of their objects. What a refresh finds deleted, the next update makes again.",
    inputs,
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, newInputs }) => diffInCluster(oldInputs, newInputs, ["namespace"]),
  // Helm has just made them.
  create: ({ inputs }) =>
    Promise.resolve({ id: text(inputs, "namespace"), outputs: outputsOf(inputs) }),
  update: async ({ newInputs }, context) => {
    const api = await clusterApi(newInputs, context.signal);
    for (const ref of releasesOf(newInputs)) {
      for (const object of await restoreRelease(api, ref)) {
        context.log("warning", `${object} was missing and has been restored`);
      }
    }
    return outputsOf(newInputs);
  },
  read: async (request, context) => {
    const found = await lookIfThere(request.outputs, context.signal, async (api) => {
      const missing = await Promise.all(
        releasesOf(request.outputs).map((ref) => missingObjects(api, ref)),
      );
      return missing.flat().map(describeObject);
    });
    if (found === undefined) return undefined;
    const missing = found.length === 0 ? {} : { missing: found };
    return {
      id: request.id,
      inputs: { ...withoutMissing(request.inputs), ...missing },
      outputs: outputsOf({ ...withoutMissing(request.outputs), ...missing }),
    };
  },
  delete: async () => {
    // The releases are resources of their own.
  },
};

function releasesOf(properties: PropertyMap) {
  const namespace = text(properties, "namespace");
  const { releases } = properties;
  const names = Array.isArray(releases) ? releases : [];
  return names.flatMap((release) => (typeof release === "string" ? [{ namespace, release }] : []));
}

function withoutMissing(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key !== "missing"));
}
