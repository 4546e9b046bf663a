import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { DiffRequest, DiffResult, PropertyMap, Resource, Value } from "../server/index.ts";
import { containsUnknown, diffInputs } from "../server/index.ts";
import { checkCluster } from "./cluster-check.ts";
import { clusterSchema, replacingInputs, toClusterInputs } from "./cluster-inputs.ts";

/**
 * `kind:index:Cluster`. Modules are loaded when they are needed: an `up` without changes ends with `diff`.
 */
export const clusterResource: Resource = {
  type: "kind:index:Cluster",
  schema: clusterSchema,
  check: checkCluster,
  diff,
  async outlook({ news, olds, signal }) {
    if (olds !== undefined) return [];
    const { clusterOutlook } = await import("./cluster-outlook.ts");
    return clusterOutlook(news, signal);
  },
  async create({ inputs }, context) {
    const { createCluster } = await import("./cluster-create.ts");
    return createCluster(toClusterInputs(inputs), context);
  },
  async read(request, context) {
    const { readCluster } = await import("./cluster-read.ts");
    return readCluster(request, context);
  },
  async update(request, context) {
    const { updateCluster } = await import("./cluster-update.ts");
    return updateCluster(request, context);
  },
  async delete(request, context) {
    const { deleteCluster } = await import("./cluster-delete.ts");
    return deleteCluster(request, context);
  },
};

function diff({ oldInputs, newInputs }: DiffRequest): DiffResult {
  // Archives are compared by content, not by path.
  const { changes } = diffInputs(
    withoutArchives(oldInputs),
    withoutArchives(newInputs),
    replacingInputs,
  );
  const before = oldInputs.imageArchiveDigests;
  const after = newInputs.imageArchiveDigests;
  const same = !containsUnknown(after) && isDeepStrictEqual(sorted(before), sorted(after));
  return {
    changes: {
      ...changes,
      ...(!same && { imageArchives: { kind: "update" } }),
      // Nothing in the cluster can be looked at without it. The update writes it, or finds no cluster.
      ...(isLost(newInputs) && { kubeconfigPath: { kind: "update" } }),
    },
    // The new cluster has the old one's name, ports and file.
    deleteBeforeReplace: true,
  };
}

function isLost({ kubeconfigPath }: PropertyMap): boolean {
  return typeof kubeconfigPath === "string" && !existsSync(kubeconfigPath);
}

function withoutArchives(inputs: PropertyMap): PropertyMap {
  const rest = { ...inputs };
  delete rest.imageArchives;
  delete rest.imageArchiveDigests;
  return rest;
}

function sorted(digests: Value | undefined): unknown[] {
  return Array.isArray(digests) ? [...(digests as readonly unknown[])].sort() : [];
}
