import assert from "node:assert/strict";
import type { Plan } from "../../planning/plan-types.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { List, Service } from "../../kubernetes/objects.ts";
import { corePath } from "../../linkerd/names.ts";
import { eventually } from "./environment.ts";
import { namespace } from "./workload.ts";

/** Besides its own Services, a cluster has exactly the planned mirrors. */
export async function assertPlannedServices(
  plan: Plan,
  cluster: string,
  api: KubernetesApi,
  own: readonly string[],
): Promise<void> {
  const mirrors = plan.mirrors.filter((mirror) => mirror.cluster === cluster);
  const wanted = [...own, ...mirrors.map(({ name }) => name)].sort();
  await eventually(`the Services of ${cluster}`, timeLimits.mirrorFollows, async () => {
    const { items } = await api.get<List<Service>>(corePath(namespace, "services"));
    assert.deepEqual(items.map(({ metadata }) => metadata.name).sort(), wanted);
    return true;
  });
}
