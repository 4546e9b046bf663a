import { randomUUID } from "node:crypto";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { installationAnnotation } from "../../planning/names.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { containsUnknown } from "../server/index.ts";
import { clusterApi } from "./cluster-api.ts";
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
  namespaces: {
    type: "array",
    items: { type: "string" },
    description: "Namespaces that are about to be created, and must not be somebody else's.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

interface Namespace {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly { readonly manager?: string }[];
  };
}

/**
 * Proves that an existing cluster has no Linkerd of somebody else. Without it the Kubernetes provider would
 * take over objects of the same name, and delete them at the end.
 *
 * An annotation with a random value marks the stack's own namespaces. Every update and preview reads it,
 * because somebody may have replaced this Linkerd with another one since.
 */
export const noOtherLinkerd: Resource = {
  type: "linkerd-topology:index:Vacancy",
  schema: schemaOf(
    "Exists while these namespaces are missing from the cluster, or are the stack's own.",
    inputs,
    {
      installation: {
        type: "string",
        description: `Value of the annotation ${installationAnnotation} on the stack's own namespaces.`,
      },
      adopted: {
        type: "array",
        items: { type: "string" },
        description: "UIDs of namespaces that are the stack's own without the annotation.",
      },
    },
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: async ({ oldInputs, oldOutputs, newInputs }) => {
    const { changes } = diffInCluster(oldInputs, newInputs);
    if (isOfEarlierVersion(oldOutputs)) {
      return { changes: { ...changes, installation: { kind: "add" } } };
    }
    const moved = Object.values(changes).some(({ replace }) => replace === true);
    if (!moved && !containsUnknown(newInputs)) {
      await refuseForeign(newInputs, oldOutputs, new AbortController().signal);
    }
    return { changes };
  },
  create: async (request, context) => {
    await refuseForeign(request.inputs, {}, context.signal);
    return { id: "vacancy", outputs: outputsOf(request.inputs, { installation: randomUUID() }) };
  },
  update: async ({ newInputs, oldOutputs }, context) => {
    if (isOfEarlierVersion(oldOutputs)) {
      const adopted = await adopt(newInputs, context);
      return outputsOf(newInputs, { installation: randomUUID(), adopted });
    }
    await refuseForeign(newInputs, oldOutputs, context.signal);
    const { installation = "", adopted = [] } = oldOutputs;
    return outputsOf(newInputs, { installation, adopted });
  },
  read: ({ id, inputs, outputs }) => Promise.resolve({ id, inputs, outputs: outputsOf(outputs) }),
  delete: async () => {
    // It created nothing.
  },
};

function isOfEarlierVersion(outputs: PropertyMap): boolean {
  return text(outputs, "installation") === "";
}

async function refuseForeign(
  inputs: PropertyMap,
  known: PropertyMap,
  signal: AbortSignal,
): Promise<void> {
  const api = await clusterApi(inputs, signal);
  const installation = text(known, "installation");
  const adopted = textList(known, "adopted");
  const taken = (await namespacesIn(api, inputs)).filter(
    ({ metadata: { annotations, uid } }) =>
      !(installation !== "" && annotations?.[installationAnnotation] === installation) &&
      !adopted.includes(uid ?? ""),
  );
  if (taken.length > 0) throw foreign(api, taken);
}

/**
 * Finds the namespaces that an earlier version created without a mark: those that Pulumi created. If there is
 * none, the cluster is not the one that the stack was created in.
 *
 * @returns their UIDs
 */
async function adopt(inputs: PropertyMap, { signal }: Context): Promise<string[]> {
  const api = await clusterApi(inputs, signal);
  const found = await namespacesIn(api, inputs);
  const others = found.filter(
    ({ metadata }) =>
      !(metadata.managedFields ?? []).some(({ manager }) => manager?.startsWith("pulumi")),
  );
  if (others.length > 0) throw foreign(api, others);
  if (found.length > 0) return found.map(({ metadata }) => metadata.uid ?? "");
  throw new Error(
    `the cluster at ${api.server} has none of the namespaces ${textList(inputs, "namespaces").join(", ")} ` +
      "that an earlier version of linkerd-topology created for this stack without recording the cluster. " +
      "Nothing was changed. If it was another cluster, let the kubeconfig lead there (its current context, or " +
      "`context` in the topology). If Linkerd was removed by hand, run `down` first",
  );
}

async function namespacesIn(api: KubernetesApi, inputs: PropertyMap): Promise<Namespace[]> {
  const found = await Promise.all(
    textList(inputs, "namespaces").map((name) =>
      getIfThere<Namespace>(api, `/api/v1/namespaces/${name}`),
    ),
  );
  return found.filter((one) => one !== undefined);
}

function foreign(api: KubernetesApi, taken: readonly Namespace[]): Error {
  const several = taken.length > 1;
  return new Error(
    `the cluster at ${api.server} has the namespace${several ? "s" : ""} ` +
      `${taken.map(({ metadata }) => metadata.name).join(" and ")} already, and this stack did not create ` +
      `${several ? "them" : "it"}. Nothing was changed. Remove that Linkerd (\`linkerd multicluster ` +
      "uninstall`, `linkerd uninstall`; or `down` of the stack that created it), or leave this cluster out.",
  );
}
