import { linkerdNamespace } from "../../planning/names.ts";
import { destinationDeployment } from "../../linkerd/names.ts";
import type { Check, LinkSubject } from "./check.ts";
import { failed, kubectl, passed } from "./check.ts";

/** The source's linkerd-destination watches the target, which traffic from pod to pod follows from. */
export const targetDiscovered: Check<LinkSubject> = {
  id: "target-discovered",
  title: "linkerd-destination watches the target",
  applies: ({ plan, source }) => plan.mode !== "gateway" && source.reachable,
  run: ({ status: { discovery }, source }) =>
    discovery.trouble === undefined
      ? passed()
      : failed(
          discovery.trouble,
          `\`up\` repairs it; by hand, once the target answers: ${kubectl(source, `-n ${linkerdNamespace} rollout restart deploy/${destinationDeployment}`)}`,
        ),
};
