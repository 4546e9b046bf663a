import { multiclusterNamespace } from "../../planning/names.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import { isConflict, isNotFound } from "../../kubernetes/errors.ts";
import { listIfServed } from "../../kubernetes/optional.ts";
import type { LinkObject, Metadata, MirroredService } from "../../kubernetes/objects.ts";
import { linkPath } from "../../linkerd/names.ts";
import { verificationLabel, verificationNamespace } from "./names.ts";

/**
 * Removes Services of verifications from the status of a cluster's Links, after their namespaces are gone.
 * Service mirrors patch their list by a merge that omits an empty list. So the last entry would stay for ever
 * and look like an export that can't be mirrored.
 */
export async function forgetInLinks(api: KubernetesApi): Promise<void> {
  // Without the extension the kind doesn't exist.
  const links = await listIfServed<LinkObject>(api, linkPath(multiclusterNamespace));
  const items = await listAll<{ readonly metadata: Metadata }>(api, "/api/v1/namespaces", {
    labelSelector: verificationLabel,
  });
  const there = items.map(({ metadata }) => metadata.name);
  const isGone = ({ remoteRef: { namespace = "" } }: MirroredService): boolean =>
    namespace.startsWith(verificationNamespace("")) && !there.includes(namespace);
  for (const { metadata, status } of links) {
    const said = [...(status?.mirrorServices ?? []), ...(status?.federatedServices ?? [])];
    if (said.some(isGone)) await forgetInLink(api, metadata.name, isGone);
  }
}

async function forgetInLink(
  api: KubernetesApi,
  link: string,
  isGone: (service: MirroredService) => boolean,
): Promise<void> {
  const path = linkPath(multiclusterNamespace, link);
  for (;;) {
    const { metadata, status } = await api.get<LinkObject>(path);
    const kept = {
      ...without(isGone, "mirrorServices", status?.mirrorServices),
      ...without(isGone, "federatedServices", status?.federatedServices),
    };
    if (Object.keys(kept).length === 0) return;
    const { resourceVersion } = metadata;
    try {
      await api.patch(`${path}/status`, { metadata: { resourceVersion }, status: kept });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      // The service mirror wrote in between: look at its version first.
      if (!isConflict(error)) throw error;
    }
  }
}

function without(
  isGone: (service: MirroredService) => boolean,
  key: "mirrorServices" | "federatedServices",
  services: readonly MirroredService[] | null | undefined,
): Partial<Record<typeof key, readonly MirroredService[]>> {
  const kept = services?.filter((service) => !isGone(service));
  return kept === undefined || kept.length === services?.length ? {} : { [key]: kept };
}
