import * as z from "zod";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { fieldManager } from "../../linkerd/names.ts";
import { ownGatewayObjects } from "../../linkerd/own-gateway-objects.ts";
import { lookAtObject, lookAtOwnGateway } from "../../linkerd/signals/own-gateway.ts";
import type { Properties } from "../server/index.ts";
import { clusterApi, clusterToCleanUp, lookIfThere } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessInputs, fixedText, text, texts } from "./inputs.ts";
import { refuseForeign, removeOurs } from "./ours.ts";

const inputs = {
  ...accessInputs,
  namespace: fixedText("Namespace of the ingress."),
  selector: z
    .record(z.string(), z.string())
    .describe("Labels of its pods. All of them must match."),
  serviceAccount: text("Service account of its pods."),
  identity: text("TLS identity of its pods, which the sources' Links name."),
  serviceType: z
    .enum(["NodePort", "LoadBalancer"])
    .default("NodePort")
    .describe("Kind of Service in front of its proxies."),
  port: z.int().describe("Node port of the gateway, or its load balancer's port."),
  probePort: z.int().describe("The same of the gateway's health probe."),
  loadBalancerIP: text(
    "Address to request for the load balancer. By default it chooses one itself.",
  ).exactOptional(),
  annotations: z
    .record(z.string(), z.string())
    .exactOptional()
    .describe(
      "Annotations of the Service besides Linkerd's, such as those of a cloud's load balancer.",
    ),
  identities: texts("Identities of the clients that the gateway accepts; `*` is everybody."),
  networks: texts("Where they may come from, CIDRs; `0.0.0.0/0` and `::/0` are everywhere."),
};

type Wanted = Properties<typeof inputs>;

const serving = "serving";

export const ownGateway = gate({
  name: "OwnGateway",
  description:
    "Makes the proxies of an ingress that somebody else runs the gateway of a cluster: a Service in its namespace " +
    "that leads to them, and the policies of Linkerd's own gateway. Nothing of the ingress changes: that its pods are " +
    "meshed and annotated is up to its owner, and `state` says what is missing. If the ingress doesn't exist yet, " +
    "nothing waits for it: the next update goes on.",
  example: `
new OwnGateway("east", {
  kubeconfigPath: east.kubeconfigPath,
  namespace: "traefik",
  selector: { "app.kubernetes.io/name": "traefik" },
  serviceAccount: "traefik",
  identity: "traefik.traefik.serviceaccount.identity.linkerd.cluster.local",
  port: 30143,
  probePort: 30191,
  identities: ["*"],
  networks: ["0.0.0.0/0", "::/0"],
});
`,
  inputs,
  outputs: { state: text("`serving`, or what is still awaited.") },
  settled: ["state", serving],
  id: ({ namespace }) => namespace,
  create: async (wanted, context) => {
    const state = await serve(await clusterApi(wanted, context.signal), wanted);
    if (state !== serving) {
      context.log("warning", `the gateway of your own is not there yet: ${state}`);
    }
    return { state };
  },
  read: async (wanted, { signal }) => {
    const state = await lookIfThere(wanted, signal, (api) => stateOf(api, wanted));
    return state === undefined ? undefined : { state };
  },
  delete: async (wanted, context) => {
    const api = await clusterToCleanUp(wanted, context);
    if (api === undefined) return;
    // The Service first: without its policies the gateway would accept everybody.
    for (const { path } of ownGatewayObjects(wanted).toReversed()) await removeOurs(api, path);
  },
});

async function serve(api: KubernetesApi, wanted: Wanted): Promise<string> {
  const { namespace } = wanted;
  if ((await getIfThere(api, `/api/v1/namespaces/${namespace}`)) === undefined) {
    return waitingFor(`the namespace ${namespace}`);
  }
  const objects = ownGatewayObjects(wanted);
  for (const { path, body } of objects) {
    const { kind, metadata } = body;
    await refuseForeign(api, path, { kind, ...metadata, or: "leave out gateway.own" });
  }
  for (const { path, body } of objects) {
    await api.apply(path, body, fieldManager, { force: true });
  }
  return ofPods(api, wanted);
}

async function stateOf(api: KubernetesApi, wanted: Wanted): Promise<string> {
  const ingress = await ofPods(api, wanted);
  const changed = await Promise.all(
    ownGatewayObjects(wanted).map((object) => lookAtObject(api, object)),
  );
  const [first] = changed.filter((one) => one !== undefined);
  return ingress === serving ? (first ?? serving) : ingress;
}

async function ofPods(api: KubernetesApi, wanted: Wanted): Promise<string> {
  const { missing, troubles } = await lookAtOwnGateway(api, wanted);
  if (missing !== undefined) return waitingFor(missing);
  return troubles.length === 0 ? serving : troubles.join("; ");
}

function waitingFor(what: string): string {
  return `waiting for ${what}`;
}
