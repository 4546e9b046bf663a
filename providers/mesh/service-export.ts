import type { KubernetesApi } from "../../verification/kubernetes/api.ts";
import { isConflict, type KubernetesApiError } from "../../verification/kubernetes/errors.ts";
import type { Service } from "../../verification/kubernetes/objects.ts";
import { getIfThere } from "../../verification/kubernetes/optional.ts";
import { corePath } from "../../verification/names.ts";
import type { PropertyMap, Resource } from "../server/index.ts";
import { clusterApi, clusterToCleanUp, lookIfThere } from "./cluster-api.ts";
import type { InputSchema } from "./inputs.ts";
import {
  accessInputs,
  checkInputs,
  diffInCluster,
  outputsOf,
  schemaOf,
  text,
  texts,
} from "./inputs.ts";
import { againUnless } from "./settled.ts";

const inputs = {
  ...accessInputs,
  namespace: { type: "string", description: "Namespace of the Service." },
  service: { type: "string", description: "Name of the Service." },
  labels: {
    type: "object",
    additionalProperties: { type: "string" },
    description: "Labels by which Links select the Service.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

/** Whose the labels are, for everybody who changes the same Service. */
const fieldManager = "linkerd-topology";

const labelled = "labelled";

/** Labels of a Service that somebody else owns. */
export const serviceExport: Resource = {
  type: "linkerd-topology:index:ServiceExport",
  schema: schemaOf(
    "Puts labels on a Service that exists, and takes them away again; everything else of it stays.",
    inputs,
    {
      state: { type: "string", description: "`labelled`, or what is still waited for." },
    },
  ),
  check: ({ news }) => checkInputs(inputs, news),
  diff: ({ oldInputs, oldOutputs, newInputs }) =>
    againUnless(
      diffInCluster(oldInputs, newInputs, ["namespace", "service"]),
      oldOutputs,
      "state",
      labelled,
    ),
  create: async (request, context) => ({
    id: `${text(request.inputs, "namespace")}/${text(request.inputs, "service")}`,
    outputs: await putLabels(await clusterApi(request.inputs, context.signal), request.inputs),
  }),
  update: async (request, context) =>
    putLabels(await clusterApi(request.newInputs, context.signal), request.newInputs),
  read: async (request, context) => {
    const state = await lookIfThere(request.outputs, context.signal, async (api) => {
      const service = await getIfThere<Service>(api, pathOf(request.outputs));
      if (service === undefined) return waiting(request.outputs);
      const lost = differing(service, texts(request.outputs, "labels"));
      return lost.length === 0 ? labelled : `without its label ${lost.join(", ")}`;
    });
    if (state === undefined) return undefined;
    const outputs = outputsOf(request.outputs, { state });
    return { id: request.id, inputs: request.inputs, outputs };
  },
  delete: async (request, context) => {
    const api = await clusterToCleanUp(request.outputs, context);
    if (api === undefined) return;
    const service = await getIfThere<Service>(api, pathOf(request.outputs));
    if (service !== undefined) await apply(api, request.outputs, service, {});
  },
};

async function putLabels(api: KubernetesApi, properties: PropertyMap): Promise<PropertyMap> {
  const service = await getIfThere<Service>(api, pathOf(properties));
  if (service === undefined) return outputsOf(properties, { state: waiting(properties) });
  const labels = texts(properties, "labels");
  try {
    await apply(api, properties, service, labels);
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new Error(conflict(api.server, properties, service, error), { cause: error });
  }
  return outputsOf(properties, { state: labelled });
}

/** All labels of ours, and no other field: what is left out of them is taken away. */
async function apply(
  api: KubernetesApi,
  properties: PropertyMap,
  { metadata: { uid } }: Service,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const [namespace, name] = [text(properties, "namespace"), text(properties, "service")];
  // With its uid, as an apply would otherwise make a Service that was deleted meanwhile.
  const metadata = { namespace, name, uid, labels };
  await api.apply(
    pathOf(properties),
    { apiVersion: "v1", kind: "Service", metadata },
    fieldManager,
  );
}

function conflict(
  server: string,
  properties: PropertyMap,
  service: Service,
  { detail }: KubernetesApiError,
): string {
  const [namespace, name] = [text(properties, "namespace"), text(properties, "service")];
  const labels = texts(properties, "labels");
  const present = service.metadata.labels ?? {};
  const foreign = differing(service, labels).filter((key) => present[key] !== undefined);
  if (foreign.length === 0) return `Service ${namespace}/${name} at ${server}: ${detail}`;
  const managers = [...detail.matchAll(/conflicts? with "([^"]+)"/g)].map(([, manager]) => manager);
  const told = foreign.map(
    (key) => `${key}=${present[key] ?? ""} in place of ${labels[key] ?? ""}`,
  );
  return (
    `Service ${namespace}/${name} at ${server} has the label ${told.join(", ")}, set by ` +
    `${managers.join(", ") || "somebody else"}. Take it off there (kubectl -n ${namespace} label service ` +
    `${name} ${foreign.map((key) => `${key}-`).join(" ")}), or change this export in the topology.`
  );
}

function differing(service: Service, labels: Readonly<Record<string, string>>): string[] {
  return Object.keys(labels).filter((key) => service.metadata.labels?.[key] !== labels[key]);
}

function waiting(properties: PropertyMap): string {
  return `waiting for the Service ${text(properties, "namespace")}/${text(properties, "service")}`;
}

function pathOf(properties: PropertyMap): string {
  return corePath(text(properties, "namespace"), "services", text(properties, "service"));
}
