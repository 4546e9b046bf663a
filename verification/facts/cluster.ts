import type { ClusterPlan, Plan } from "../../planning/plan-types.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import { webhookAnswer } from "../../kubernetes/webhook-answers.ts";
import { lookAtInjection } from "../../linkerd/signals/injection.ts";
import type { ClusterStatus, TapStatus } from "../status.ts";
import { observeCertificates } from "../../linkerd/trust/certificates.ts";
import { noDryRun } from "../no-dry-run.ts";
import { observeNodes } from "./nodes.ts";
import { observeOwnGateway } from "./own-gateway.ts";
import { observePodRoutes } from "./pod-routes.ts";
import { observeRoutes } from "./routes.ts";
import { observeServices } from "./services.ts";
import { observeSubnets } from "./subnets.ts";
import { troubleOfTap } from "./tap.ts";
import { observeWorkloads } from "./workloads.ts";

/**
 * Asks a cluster everything about itself.
 *
 * @param api asked whether the cluster answers at all
 * @param look asked for everything else
 */
export async function observeCluster(
  plan: ClusterPlan,
  kubeconfigPath: string | undefined,
  api: KubernetesApi,
  look: KubernetesApi,
  mesh: Pick<Plan, "found" | "links" | "exports" | "traffic" | "observability">,
): Promise<ClusterStatus> {
  let version: { readonly gitVersion?: string };
  try {
    version = await api.get("/version");
  } catch (error) {
    if (!(error instanceof KubernetesApiError)) throw error;
    return silentCluster(plan, kubeconfigPath, error.message);
  }
  const problems: string[] = [];
  // A part that can't be read must not hide the others.
  const part = async <T>(name: string, asked: Promise<T>): Promise<T | undefined> => {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof KubernetesApiError)) throw error;
      problems.push(`${name}: ${error.message}`);
      return undefined;
    }
  };
  const subnetsPlanned = plan.podSubnet !== undefined && plan.serviceSubnet !== undefined;
  const nodesAndSubnets = async () => {
    const nodes = await observeNodes(look);
    return { nodes, subnets: subnetsPlanned ? undefined : await observeSubnets(look, nodes) };
  };
  const viz = mesh.observability?.viz;
  const [nodes, services, routes, workloads, ownGateway, podRoutes, certificates, injection, tap] =
    await Promise.all([
      part("nodes", nodesAndSubnets()),
      part("Services", observeServices(look, plan.name, mesh)),
      part("routes", observeRoutes(look, plan, mesh)),
      part("workloads", observeWorkloads(look, viz === undefined ? [] : [viz.namespace])),
      part("gateway of your own", observeOwnGateway(look, plan, mesh.found === true)),
      part("pod routes", observePodRoutes(look)),
      part("certificates", observeCertificates(look)),
      part("injection", askedForInjection(look, mesh.found === true)),
      viz && part("linkerd-viz", observeTap(look)),
    ]);
  return {
    ...silentCluster(plan, kubeconfigPath),
    problems,
    reachable: true,
    kubernetesVersion: version.gitVersion,
    nodes: nodes?.nodes ?? [],
    podSubnet: plan.podSubnet ?? nodes?.subnets?.podSubnet,
    serviceSubnet: plan.serviceSubnet ?? nodes?.subnets?.serviceSubnet,
    services,
    routes,
    ...workloads,
    ...(ownGateway !== undefined && { ownGateway }),
    podRoutes,
    ...(tap && { tap }),
    ...certificates,
    injection:
      typeof injection === "string"
        ? { injects: false, seen: "not asked", unasked: injection }
        : injection === undefined
          ? { injects: false, seen: "the API server refused the dry run" }
          : injection.done
            ? { injects: true, seen: injection.value.proxyImage }
            : { injects: false, seen: injection.seen },
  };
}

async function observeTap(api: KubernetesApi): Promise<TapStatus> {
  const trouble = await troubleOfTap(api);
  return trouble === undefined ? {} : { trouble };
}

/** @param found others made the mesh, and may grant only reading */
async function askedForInjection(
  api: KubernetesApi,
  found: boolean,
): Promise<Awaited<ReturnType<typeof lookAtInjection>> | string> {
  try {
    return await webhookAnswer(
      () => lookAtInjection(api),
      ({ done }) => done,
    );
  } catch (error) {
    if (found && error instanceof KubernetesApiError && error.status === 403) {
      return noDryRun("pods");
    }
    throw error;
  }
}

/** The status of a cluster that didn't answer. */
export function silentCluster(
  plan: ClusterPlan,
  kubeconfigPath: string | undefined,
  problem?: string,
): ClusterStatus {
  return {
    name: plan.name,
    kubeconfigPath,
    problems: problem === undefined ? [] : [problem],
    reachable: false,
    kubernetesVersion: undefined,
    nodes: [],
    podSubnet: plan.podSubnet,
    serviceSubnet: plan.serviceSubnet,
    services: undefined,
    routes: undefined,
    workloads: [],
    proxies: [],
    injection: { injects: false, seen: "not asked" },
    dataPlane: "unknown",
    podRoutes: undefined,
    trustAnchors: [],
    issuer: undefined,
  };
}
