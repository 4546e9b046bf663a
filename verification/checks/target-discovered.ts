import { linkerdNamespace } from "../../planning/names.ts";
import { destinationDeployment } from "../../linkerd/names.ts";
import { type Check, failed, kubectl, type LinkSubject, passed, repaired } from "./check.ts";

/** The source's linkerd-destination watches the target. Traffic from pod to pod needs that. */
export const targetDiscovered: Check<LinkSubject> = {
  id: "target-discovered",
  title: "linkerd-destination watches the target",
  applies: ({ plan, source }) => plan.mode !== "gateway" && source.reachable,
  run: ({ plan, status: { discovery }, source }) =>
    discovery.trouble === undefined
      ? passed()
      : failed(
          discovery.trouble,
          `${repaired(plan.found !== undefined)}once the target answers, ${kubectl(source, `-n ${linkerdNamespace} rollout restart deploy/${destinationDeployment}`)}`,
        ),
};
