import { randomUUID } from "node:crypto";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import {
  installationAnnotation,
  linkerdNamespace,
  multiclusterNamespace,
} from "../../planning/names.ts";
import { containsUnknown, readShape, type Resource } from "../server/index.ts";
import { clusterApi } from "./cluster-api.ts";
import { diffInCluster, gate, type State, stateIn } from "./gate.ts";
import { type Access, accessInputs, text, texts } from "./inputs.ts";

const inputs = {
  ...accessInputs,
  namespaces: texts("Namespaces that are about to be created, and must not be somebody else's."),
};

const outputs = {
  installation: text(
    `Value of the annotation \`${installationAnnotation}\` on the stack's own namespaces.`,
  ),
  adopted: texts(
    "UIDs of namespaces that are the stack's own without the annotation.",
  ).exactOptional(),
};

type Wanted = Access & { readonly namespaces: readonly string[] };
type Known = Partial<Pick<State<typeof inputs, typeof outputs>, "installation" | "adopted">>;

interface Namespace {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly { readonly manager?: string }[];
  };
}

/**
 * Without it the Kubernetes provider would take over objects of the same name, and delete them at the end.
 *
 * An annotation with a random value marks the stack's own namespaces. Every update and preview reads it,
 * because somebody may have replaced this Linkerd with another one since.
 */
export const noOtherLinkerd: Resource = {
  ...gate({
    name: "Vacancy",
    description:
      "For a cluster that outlives what is installed in it. Exists while these namespaces are missing from the " +
      "cluster, or are the stack's own, which have its mark. Whatever creates them must depend on it: if " +
      "somebody else installed a Linkerd, it fails and changes nothing.",
    inputs,
    outputs,
    id: () => "vacancy",
    create: async (wanted, { signal }) => {
      await refuseForeign(wanted, {}, signal);
      return { installation: randomUUID() };
    },
    update: async (wanted, { signal }, { state: { installation = "", adopted = [] } }) => {
      if (installation === "") {
        return { installation: randomUUID(), adopted: await adopt(wanted, signal) };
      }
      await refuseForeign(wanted, { installation, adopted }, signal);
      return { installation, adopted };
    },
  }),
  diff: async ({ oldInputs, oldOutputs, newInputs }) => {
    const { changes } = diffInCluster(inputs, oldInputs, newInputs);
    const known = stateIn({ inputs, outputs }, oldOutputs);
    // An earlier version set no mark.
    if ((known.installation ?? "") === "") {
      return { changes: { ...changes, installation: { kind: "add" } } };
    }
    const moved = Object.values(changes).some(({ replace }) => replace === true);
    if (!moved && !containsUnknown(newInputs)) {
      await refuseForeign(readShape(inputs, newInputs), known, new AbortController().signal);
    }
    return { changes };
  },
};

async function refuseForeign(
  wanted: Wanted,
  { installation = "", adopted = [] }: Known,
  signal: AbortSignal,
): Promise<void> {
  const api = await clusterApi(wanted, signal);
  const taken = (await namespacesIn(api, wanted)).filter(
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
async function adopt(wanted: Wanted, signal: AbortSignal): Promise<string[]> {
  const api = await clusterApi(wanted, signal);
  const found = await namespacesIn(api, wanted);
  const others = found.filter(
    ({ metadata }) =>
      !(metadata.managedFields ?? []).some(({ manager }) => manager?.startsWith("pulumi")),
  );
  if (others.length > 0) throw foreign(api, others);
  if (found.length > 0) return found.map(({ metadata }) => metadata.uid ?? "");
  throw new Error(
    `the cluster at ${api.server} has none of the namespaces ${wanted.namespaces.join(", ")} ` +
      "that an earlier version of linkerd-topology created for this stack without recording the cluster. " +
      "Nothing was changed. If it was another cluster, let the kubeconfig lead there (its current context, or " +
      "`context` in the topology). If Linkerd was removed by hand, run `down` first",
  );
}

async function namespacesIn(api: KubernetesApi, { namespaces }: Wanted): Promise<Namespace[]> {
  const found = await Promise.all(
    namespaces.map((name) => getIfThere<Namespace>(api, `/api/v1/namespaces/${name}`)),
  );
  return found.filter((one) => one !== undefined);
}

function foreign(api: KubernetesApi, taken: readonly Namespace[]): Error {
  const several = taken.length > 1;
  const names = taken.map(({ metadata }) => metadata.name);
  const isLinkerd = names.some((name) => [linkerdNamespace, multiclusterNamespace].includes(name));
  return new Error(
    `the cluster at ${api.server} has the namespace${several ? "s" : ""} ` +
      `${names.join(" and ")} already, and this stack did not create ${several ? "them" : "it"}. Nothing was changed. ` +
      (isLinkerd
        ? "Remove that Linkerd (`linkerd multicluster uninstall`, `linkerd uninstall`; or `down` of the stack that " +
          "created it), leave this cluster out, or take over the whole mesh as it is (`discover`, and `adopt: true` " +
          "in its topology)."
        : "Remove what is in there, leave this cluster out, or leave out what would be created there (such as " +
          "`observability`)."),
  );
}
