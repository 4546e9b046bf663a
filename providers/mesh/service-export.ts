import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isConflict, type KubernetesApiError } from "../../kubernetes/errors.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath, fieldManager } from "../../linkerd/names.ts";
import { touch } from "../../linkerd/touch.ts";
import * as z from "zod";
import type { Properties } from "../server/index.ts";
import { clusterApi, clusterToCleanUp, lookIfThere } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessInputs, fixedText, text } from "./inputs.ts";

const inputs = {
  ...accessInputs,
  namespace: fixedText("Namespace of the Service."),
  service: fixedText("Name of the Service."),
  labels: z.record(z.string(), z.string()).describe("Labels by which Links select the Service."),
};

type Export = Properties<typeof inputs>;

const labelled = "labelled";

export const serviceExport = gate({
  name: "ServiceExport",
  description:
    "Exports a Service that somebody else created: it adds labels, and on deletion removes those that are " +
    "its own. Nothing else of the Service changes. If the Service doesn't exist yet, nothing waits for it: " +
    "the next update labels it.",
  example: `
new ServiceExport("web", {
  kubeconfigPath: east.kubeconfigPath,
  namespace: "shop",
  service: "web",
  labels: { "mirror.linkerd.io/exported": "true" },
});
`,
  inputs,
  outputs: { state: text("`labelled`, or what is still awaited.") },
  settled: ["state", labelled],
  id: ({ namespace, service }) => `${namespace}/${service}`,
  create: async (wanted, { signal }) => ({ state: await putLabels(wanted, signal) }),
  read: async (wanted, { signal }) => {
    const state = await lookIfThere(wanted, signal, async (api) => {
      const service = await getIfThere<Service>(api, pathOf(wanted));
      if (service === undefined) return waiting(wanted);
      const lost = differing(service, wanted.labels);
      return lost.length === 0 ? labelled : `without its label ${lost.join(", ")}`;
    });
    return state === undefined ? undefined : { state };
  },
  delete: async (wanted, context) => {
    const api = await clusterToCleanUp(wanted, context);
    if (api === undefined) return;
    const service = await getIfThere<Service>(api, pathOf(wanted));
    if (service !== undefined && isOurs(service)) await apply(api, wanted, service, {});
  },
});

async function putLabels(wanted: Export, signal: AbortSignal): Promise<string> {
  const api = await clusterApi(wanted, signal);
  const service = await getIfThere<Service>(api, pathOf(wanted));
  if (service === undefined) return waiting(wanted);
  // Somebody else has exported it already. Even an apply without a change would write who manages the label.
  if (differing(service, wanted.labels).length === 0 && !isOurs(service)) return labelled;
  try {
    const { metadata } = await apply(api, wanted, service, wanted.labels);
    if (!isDeepStrictEqual(metadata.labels ?? {}, service.metadata.labels ?? {})) {
      await keepNames(api, service, signal);
    }
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new Error(conflict(api.server, wanted, service, error), { cause: error });
  }
  return labelled;
}

/**
 * Any change of an exported headless Service, such as its label, removes the names of its pods from the
 * mirrors until its Endpoints change. Nothing in this cluster shows when the sources have noticed the label,
 * so there is no condition to wait for. The proof of `up` sees in the sources whether it was in time.
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

/** Applies exactly these labels and no other field: labels that are left out are removed. */
async function apply(
  api: KubernetesApi,
  { namespace, service: name }: Export,
  { metadata: { uid } }: Service,
  labels: Readonly<Record<string, string>>,
): Promise<Service> {
  // With its uid: otherwise an apply would recreate a Service that was deleted meanwhile.
  const metadata = { namespace, name, uid, labels };
  return api.apply<Service>(
    corePath(namespace, "services", name),
    { apiVersion: "v1", kind: "Service", metadata },
    fieldManager,
  );
}

/** Whether any label of the Service comes from here. */
function isOurs({ metadata: { managedFields = [] } }: Service): boolean {
  return managedFields.some(({ manager }) => manager === fieldManager);
}

function conflict(
  server: string,
  { namespace, service: name, labels }: Export,
  service: Service,
  { detail }: KubernetesApiError,
): string {
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

function waiting({ namespace, service }: Export): string {
  return `waiting for the Service ${namespace}/${service}`;
}

function pathOf({ namespace, service }: Export): string {
  return corePath(namespace, "services", service);
}
