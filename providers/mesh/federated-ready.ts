import { timeLimits } from "../../system/time-limits.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import type { FederatedLook } from "../../linkerd/signals/federated.ts";
import { lookAtFederated } from "../../linkerd/signals/federated.ts";
import { completingFederated } from "../../linkerd/signals/federated-completion.ts";
import type { Context, PropertyMap, Resource } from "../server/index.ts";
import { diffInputs } from "../server/index.ts";
import { clusterApis, isSilent } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import {
  accessByCluster,
  byCluster,
  checkInputs,
  outputsOf,
  schemaOf,
  text,
  texts,
  triggersInput,
} from "./inputs.ts";
import { againUnless } from "./settled.ts";

const inputs = {
  namespace: { type: "string", description: "Namespace of the Service in every cluster." },
  service: { type: "string", description: "Name of the members, without `-federated`." },
  views: {
    ...byCluster,
    description: "Cluster that has the federated Service → its members' clusters, with commas.",
  },
  ...accessByCluster,
  ...triggersInput,
} as const satisfies Readonly<Record<string, InputSchema>>;

const complete = "complete";

/** Exists once a federated Service has its members, as far as they exist, wherever it is seen. */
export const federatedReady: Resource = {
  type: "linkerd-topology:index:FederatedReady",
  schema: schemaOf(
    "Exists once a federated Service has all members that exist, in every cluster that sees it.",
    inputs,
    { state: { type: "string", description: "`complete`, or what is still waited for." } },
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, oldOutputs, newInputs }) =>
    againUnless(
      diffInputs(oldInputs, newInputs, ["namespace", "service"]),
      oldOutputs,
      "state",
      complete,
    ),
  create: async (request, context) => ({
    id: `${text(request.inputs, "namespace")}/${text(request.inputs, "service")}`,
    outputs: await proved(request.inputs, context),
  }),
  update: (request, context) => proved(request.newInputs, context),
  read: async (request, context) => ({
    id: request.id,
    inputs: request.inputs,
    outputs: outputsOf(request.outputs, { state: await stateOf(request.outputs, context) }),
  }),
  delete: async () => {
    // Members leave when their labels go.
  },
};

async function stateOf(properties: PropertyMap, context: Context): Promise<string> {
  try {
    const look = await lookAtFederated(
      await clusterApis(properties, context.signal),
      viewed(properties),
    );
    return stateFrom(look);
  } catch (error) {
    if (isSilent(error)) return "a cluster does not answer";
    throw error;
  }
}

function stateFrom({ missing, waiting }: FederatedLook): string {
  return [...missing.map(({ seen }) => seen), ...waiting].join("; ") || complete;
}

async function proved(properties: PropertyMap, context: Context): Promise<PropertyMap> {
  const wanted = viewed(properties);
  const reach = await clusterApis(properties, context.signal);
  const look = await waitFor({
    what: `waiting for the members of ${wanted.namespace}/${wanted.service}-federated`,
    limit: timeLimits.federatedComplete,
    look: completingFederated(reach, wanted),
    further: `Look further with: kubectl -n ${wanted.namespace} get service ${wanted.service}-federated -o yaml`,
    signal: context.signal,
    onSeen: (seen) => {
      context.status(seen);
    },
  });
  return outputsOf(properties, { state: stateFrom(look) });
}

function viewed(properties: PropertyMap) {
  return {
    namespace: text(properties, "namespace"),
    service: text(properties, "service"),
    views: new Map(
      Object.entries(texts(properties, "views")).map(([cluster, members]) => [
        cluster,
        members.split(",").filter((member) => member !== ""),
      ]),
    ),
  };
}
