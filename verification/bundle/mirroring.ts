import type { Metadata } from "../../kubernetes/objects.ts";
import type { ServicesStatus } from "../status.ts";

const keys = /^(mirror|multicluster)\.linkerd\.io\//;

/** Whether a Service, or the endpoints of one, has to do with mirroring: it is exported, or a mirror. */
export function isOfMirroring(
  { metadata }: { readonly metadata: Metadata },
  services: ServicesStatus | undefined,
): boolean {
  const marks = { ...metadata.labels, ...metadata.annotations };
  if (Object.keys(marks).some((key) => keys.test(key))) return true;
  const service = metadata.labels?.["kubernetes.io/service-name"] ?? metadata.name;
  return [
    ...(services?.exported ?? []),
    ...(services?.mirrors ?? []).map(({ namespace, name }) => ({ namespace, service: name })),
    ...(services?.federated ?? []).map(({ namespace, name }) => ({ namespace, service: name })),
  ].some((one) => one.namespace === metadata.namespace && one.service === service);
}
