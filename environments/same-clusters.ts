import type { KubernetesApi } from "../kubernetes/api.ts";
import { connect, readContexts } from "../kubernetes/connect.ts";
import { AnotherCluster } from "../kubernetes/errors.ts";
import { getIfThere } from "../kubernetes/optional.ts";
import { unreachableVariable } from "../providers/mesh/cluster-api.ts";
import { identityType, providerName } from "./cluster-of-resource.ts";
import { CommandError } from "./command-error.ts";
import { resourceName, resourceType } from "./report/resource-words.ts";
import type { State, StateResource } from "./state.ts";

/**
 * Refuses to begin if a kubeconfig leads to another cluster than the recorded one. The engine's resources
 * compare as well, each in its turn. This reports all at once, before a refresh takes everything that is
 * missing in the wrong cluster for deleted.
 *
 * It doesn't judge a cluster that can't be asked: whatever must be done in it fails by itself.
 *
 * @throws CommandError with every such cluster
 */
export async function refuseOtherClusters({ deployment }: State): Promise<void> {
  const resources = deployment.resources ?? [];
  const noted = resources.filter(({ urn }) => resourceType(urn) === identityType);
  const known = new Set(noted.map(({ urn }) => resourceName(urn)));
  const before = resources
    .filter(({ urn }) => resourceType(urn) === `${ours}:Vacancy`)
    .filter(({ urn }) => !known.has(resourceName(urn)));
  const problems = await Promise.all([
    ...noted.map(compareIdentity),
    ...before.map((vacancy) => compareNamespaces(vacancy, resources)),
  ]);
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length === 0) return;
  throw new CommandError(
    ["a cluster is not the one that the stack was created in; nothing was changed:", ...found].join(
      "\n  - ",
    ) +
      `\nIf a former cluster is gone for good, run this again with ${unreachableVariable}=true: the stack then ` +
      "forgets what it had there, and leaves alone what answers in its place",
  );
}

const ours = "linkerd-topology:index";

/** The context through which a stack reaches an existing cluster. The file's current one counted once. */
export function notedContext(state: State | undefined, resource: string): string | undefined {
  const noted = state?.deployment.resources?.find(
    ({ urn }) => resourceType(urn) === identityType && resourceName(urn) === resource,
  );
  return textOf(noted?.outputs, "usedContext");
}

async function compareIdentity({ urn, outputs }: StateResource): Promise<string | undefined> {
  const [kubeconfigPath, context, uid] = ["kubeconfigPath", "usedContext", "uid"].map((key) =>
    textOf(outputs, key),
  );
  if (kubeconfigPath === undefined || context === undefined) return undefined;
  return problemOf(urn, async () => {
    const api = await connect({ kubeconfigPath, context, uid });
    await api.get("/version");
  });
}

/** An earlier version recorded no identity. The namespaces that it created have one. */
async function compareNamespaces(
  vacancy: StateResource,
  resources: readonly StateResource[],
): Promise<string | undefined> {
  const kubeconfigPath = textOf(vacancy.outputs, "kubeconfigPath");
  const context = textOf(vacancy.outputs, "context");
  if (kubeconfigPath === undefined) return undefined;
  const made = namespacesOf(resourceName(vacancy.urn), resources);
  return problemOf(vacancy.urn, async () => {
    const api = await connect({ kubeconfigPath, context });
    const { names } = await readContexts({ kubeconfigPath });
    const isCertain = context !== undefined || names.length < 2;
    for (const namespace of made) await compareNamespace(api, namespace, isCertain);
  });
}

interface MadeNamespace {
  readonly name: string;
  readonly uid: string;
}

/** @param isCertain a missing namespace was deleted by hand: the file leads to one cluster only */
async function compareNamespace(
  api: KubernetesApi,
  { name, uid }: MadeNamespace,
  isCertain: boolean,
): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  const found = await getIfThere<{ readonly metadata: { readonly uid: string } }>(api, path);
  if (found === undefined ? isCertain : found.metadata.uid === uid) return;
  throw new AnotherCluster(
    `the cluster at ${api.server} has ${found === undefined ? "no" : "another"} namespace ${name}, not the ` +
      "one that this stack created. Let the kubeconfig lead to the stack's cluster again (its current context, " +
      "or `context` in the topology)",
  );
}

/** The namespaces that were created through the Kubernetes provider of a cluster. */
function namespacesOf(cluster: string, resources: readonly StateResource[]): MadeNamespace[] {
  return resources
    .filter(({ urn }) => resourceType(urn) === "kubernetes:core/v1:Namespace")
    .filter(({ provider }) => providerName(provider) === cluster)
    .flatMap(({ outputs }) => {
      const metadata = outputs?.["metadata"] as Readonly<Record<string, unknown>> | undefined;
      const [name, uid] = [textOf(metadata, "name"), textOf(metadata, "uid")];
      return name === undefined || uid === undefined ? [] : [{ name, uid }];
    });
}

async function problemOf(urn: string, compare: () => Promise<void>): Promise<string | undefined> {
  try {
    await compare();
    return undefined;
  } catch (error) {
    if (!(error instanceof AnotherCluster)) return undefined;
    return `${resourceName(urn)}: ${error.message}`;
  }
}

function textOf(
  properties: Readonly<Record<string, unknown>> | undefined,
  key: string,
): string | undefined {
  const value = properties?.[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}
