import { timeLimits } from "../../system/time-limits.ts";
import { waitFor } from "../../kubernetes/wait.ts";
import { type FederatedLook, lookAtFederated } from "../../linkerd/signals/federated.ts";
import { completingFederated } from "../../linkerd/signals/federated-completion.ts";
import type { Context, Properties } from "../server/index.ts";
import { clusterApis, isSilent } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessByCluster, byCluster, fixedText, text, triggersInput } from "./inputs.ts";

const inputs = {
  namespace: fixedText("Namespace of the Service in every cluster."),
  service: fixedText("Name of the members, without `-federated`."),
  views: byCluster("Cluster that has the federated Service → its members' clusters, with commas."),
  ...accessByCluster,
  ...triggersInput,
};

type Wanted = Properties<typeof inputs>;

const complete = "complete";

export const federatedReady = gate({
  name: "FederatedReady",
  description:
    "Exists once a federated Service has all of its members in every cluster that sees it, if their Services " +
    "exist. If two service mirrors create the Service at the same moment, one member is left out silently and " +
    "forever. This touches the member until it joins.",
  inputs,
  outputs: { state: text("`complete`, or what is still awaited.") },
  settled: ["state", complete],
  id: ({ namespace, service }) => `${namespace}/${service}`,
  create: proved,
  read: async (wanted, context) => ({ state: await stateOf(wanted, context) }),
});

async function stateOf(wanted: Wanted, context: Context): Promise<string> {
  try {
    const look = await lookAtFederated(await clusterApis(wanted, context.signal), viewed(wanted));
    return stateFrom(look);
  } catch (error) {
    if (isSilent(error)) return "a cluster does not answer";
    throw error;
  }
}

function stateFrom({ missing, waiting }: FederatedLook): string {
  return [...missing.map(({ seen }) => seen), ...waiting].join("; ") || complete;
}

async function proved(inputs: Wanted, context: Context) {
  const wanted = viewed(inputs);
  const reach = await clusterApis(inputs, context.signal);
  const look = await waitFor({
    what: `waiting for the members of ${wanted.namespace}/${wanted.service}-federated`,
    limit: timeLimits.federatedComplete,
    look: completingFederated(reach, wanted),
    further: `Look further with: kubectl -n ${wanted.namespace} get service ${wanted.service}-federated -o yaml`,
    signal: context.signal,
    onSeen: (seen) => context.status(seen),
  });
  return { state: stateFrom(look) };
}

function viewed({ namespace, service, views }: Wanted) {
  return {
    namespace,
    service,
    views: new Map(
      Object.entries(views).map(([cluster, members]) => [
        cluster,
        members.split(",").filter((member) => member !== ""),
      ]),
    ),
  };
}
