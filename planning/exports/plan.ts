import type { ExportedService } from "./exported-service.ts";
import type { Mirror } from "./mirror.ts";
import type { ExportPlan, MirrorPlan } from "../plan-types.ts";

/** One per cluster, Service and kind of export, in the topology's order. */
export function planExports(services: readonly ExportedService[]): ExportPlan[] {
  return services.flatMap(({ cluster, namespace, service, ways, pods, labels }) =>
    ways.map(({ as }) => ({ cluster: cluster.name, namespace, service, as, labels, pods })),
  );
}

/** Every mirror Service that follows from the exports. */
export function planMirrors(mirrors: readonly Mirror[]): MirrorPlan[] {
  return mirrors.map(({ cluster, namespace, name, kind, of }) => ({
    cluster: cluster.name,
    namespace,
    name,
    kind,
    of: of.map((member) => ({ cluster: member.cluster.name, service: member.service })),
  }));
}
