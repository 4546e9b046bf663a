import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isConflict, type KubernetesApiError } from "../../kubernetes/errors.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath } from "../../linkerd/names.ts";
import { touch } from "../../linkerd/touch.ts";
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
    outputs: await putLabels(request.inputs, context.signal),
  }),
  update: async (request, context) => putLabels(request.newInputs, context.signal),
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

async function putLabels(properties: PropertyMap, signal: AbortSignal): Promise<PropertyMap> {
  const api = await clusterApi(properties, signal);
  const service = await getIfThere<Service>(api, pathOf(properties));
  if (service === undefined) return outputsOf(properties, { state: waiting(properties) });
  const labels = texts(properties, "labels");
  try {
    const { metadata } = await apply(api, properties, service, labels);
    if (!isDeepStrictEqual(metadata.labels ?? {}, service.metadata.labels ?? {})) {
      await keepNames(api, service, signal);
    }
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new Error(conflict(api.server, properties, service, error), { cause: error });
  }
  return outputsOf(properties, { state: labelled });
}

/**
 * A change of an exported headless Service, as its label is, takes the names of its pods from its mirrors,
 * until its Endpoints change. Nothing in this cluster tells when the sources have heard of the label, so
 * there is no condition to wait for; whether it was in time the proof of `up` sees in the sources.
 */
async function keepNames(
  api: KubernetesApi,
  { metadata: { namespace = "", name }, spec }: Service,
  signal: AbortSignal,
): Promise<void> {
  if (spec?.clusterIP !== "None") return;
  await setTimeout(timeLimits.exportHeard, undefined, { signal });
  await touch(api, "Endpoints", namespace, name);
}

/** All labels of ours, and no other field: what is left out of them is taken away. */
async function apply(
  api: KubernetesApi,
  properties: PropertyMap,
  { metadata: { uid } }: Service,
  labels: Readonly<Record<string, string>>,
): Promise<Service> {
  const [namespace, name] = [text(properties, "namespace"), text(properties, "service")];
  // With its uid, as an apply would otherwise make a Service that was deleted meanwhile.
  const metadata = { namespace, name, uid, labels };
  return api.apply<Service>(
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
    `${managers.join(", ") || "somebody else"}. Remove it there (kubectl -n ${namespace} label service ` +
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
