import { describeObject, missingObjects, restoreRelease } from "../../kubernetes/helm-release.ts";
import { type Properties, type PropertyMap, readShape, type Resource } from "../server/index.ts";
import { clusterApi, lookIfThere } from "./cluster-api.ts";
import { gate, outputsOf } from "./gate.ts";
import { accessInputs, fixedText, texts } from "./inputs.ts";

const inputs = {
  ...accessInputs,
  namespace: fixedText("Namespace of the releases."),
  releases: texts("Names of the Helm releases. It has to depend on them."),
  missing: texts(
    "Objects that a refresh did not find. Nobody sets it: the next update makes them again.",
  ).exactOptional(),
};

const complete = gate({
  name: "ReleaseComplete",
  description:
    "Helm releases with all of their objects. Helm and Pulumi look only at Helm's records, so a deleted " +
    "Deployment stays away. On refresh this resource looks at the objects. Missing ones are drift, and the " +
    "next update recreates them from Helm's record.",
  example: `
new ReleaseComplete(
  "gateway",
  { kubeconfigPath, namespace: "linkerd-multicluster", releases: ["linkerd-multicluster"] },
  { dependsOn: [release] },
);
`,
  inputs,
  outputs: {},
  id: ({ namespace }) => namespace,
  // Helm has just created them.
  create: () => Promise.resolve({}),
  update: async (wanted, context) => {
    const api = await clusterApi(wanted, context.signal);
    for (const ref of releasesOf(wanted)) {
      for (const object of await restoreRelease(api, ref)) {
        context.log("warning", `${object} was missing and has been restored`);
      }
    }
    return {};
  },
});

export const releaseComplete: Resource = {
  ...complete,
  read: async (request, { signal }) => {
    const wanted = readShape(inputs, withoutMissing(request.outputs));
    const found = await lookIfThere(wanted, signal, async (api) => {
      const missing = await Promise.all(releasesOf(wanted).map((ref) => missingObjects(api, ref)));
      return missing.flat().map(describeObject);
    });
    if (found === undefined) return undefined;
    const missing = found.length === 0 ? {} : { missing: found };
    return {
      id: request.id,
      inputs: { ...withoutMissing(request.inputs), ...missing },
      outputs: outputsOf(inputs, wanted, missing),
    };
  },
};

function releasesOf({ namespace, releases }: Properties<typeof inputs>) {
  return releases.map((release) => ({ namespace, release }));
}

function withoutMissing(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key !== "missing"));
}
