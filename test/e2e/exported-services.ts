import { resourceName, resourceType } from "../../environments/report/resource-words.ts";
import type { UpResult } from "../../environments/up.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { eventually } from "./environment.ts";
import { isMissing, namespace, servicePath } from "./workload.ts";

/** An export of each kind, of Services that {@link createExported} makes. */
export const web = { service: "web", namespace, from: "east" };
export const flat = { service: "flat", namespace, from: "east", as: "remote-discovery" as const };
export const fed = {
  service: "fed",
  namespace,
  from: ["west", "east"],
  as: "federated" as const,
};

/** A Service without pods. */
export async function createExported(
  api: KubernetesApi,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  await api.post(`/api/v1/namespaces/${namespace}/services`, {
    metadata: { name, labels },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  });
}

export async function appears(api: KubernetesApi, service: string): Promise<void> {
  await eventually(`the mirror ${service}`, timeLimits.mirrorFollows, () =>
    api.get<Service>(servicePath(service)),
  );
}

export async function disappears(api: KubernetesApi, path: string): Promise<void> {
  await eventually(`the end of ${path}`, timeLimits.mirrorFollows, async () =>
    (await isMissing(api, path)) ? true : undefined,
  );
}

/** What an `up` changed, as `create ServiceExport east-export-e2e.web`, sorted. */
export function changesOf({ steps }: UpResult, stack: string): string[] {
  return steps
    .filter(({ operation }) => !["same", "read", "refresh"].includes(operation))
    .map(({ operation, urn }) => {
      const name = resourceName(urn).replace(`${stack}-`, "");
      const type = resourceType(urn).split(":").at(-1) ?? "";
      return `${operation} ${type} ${name.replace(/-[0-9a-f]{8}(?=-|$)/, "")}`;
    })
    .sort();
}
