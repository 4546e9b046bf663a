import { linkerdNamespace } from "../../planning/names.ts";
import type { Plan } from "../../planning/plan-types.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { type CheckResult, failed, notRun, type Outcome, passed } from "../checks/check.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { connect } from "../../kubernetes/connect.ts";
import { defaultConcurrency, lanesFor } from "../../kubernetes/lanes.ts";
import { proxyContainer } from "../../kubernetes/pods.ts";
import type { Mesh } from "../observe.ts";
import type { MeshStatus } from "../status.ts";
import { askerIn } from "./ask.ts";
import { readCredentials } from "./credentials.ts";
import { awaitRemoval, removeLeftovers } from "./leftovers.ts";
import { forgetInLinks } from "./link-status.ts";
import { furtherServersFor } from "./further-servers.ts";
import { serverName, verificationNamespace } from "./names.ts";
import type { ProbeObjects } from "./objects.ts";
import { planProbes, type ProbePlan } from "./probe-plan.ts";
import { limitOf, type ProbeContext, type Server } from "./probe-context.ts";
import type { TrafficOptions } from "./options.ts";
import { createProbes, exportProbes, imageFor, probesReady, removeNamespace } from "./workloads.ts";

/** Two clients of a cluster: one that the signal interrupts, and one that it doesn't. */
interface Ways {
  readonly interruptible: KubernetesApi;
  /** For what must not be interrupted: creating, and the clean-up afterwards. */
  readonly steady: KubernetesApi;
}

/** Creates the workloads of a verification, and removes them afterwards. */
export class ProbeWorkloads {
  readonly context: ProbeContext;
  readonly #ways: ReadonlyMap<string, Ways>;
  readonly #servers: Map<string, Server>;
  readonly #options: TrafficOptions;
  readonly #id: string;
  /** Clusters that may have objects of this verification. */
  readonly #touched = new Set<string>();

  private constructor(
    context: ProbeContext,
    ways: ReadonlyMap<string, Ways>,
    servers: Map<string, Server>,
    id: string,
    options: TrafficOptions,
  ) {
    this.context = context;
    this.#ways = ways;
    this.#servers = servers;
    this.#id = id;
    this.#options = options;
  }

  /** Connects to the clusters that answered. It creates nothing yet. */
  static async open(
    mesh: Mesh,
    status: MeshStatus,
    id: string,
    options: TrafficOptions,
    open: typeof connect,
  ): Promise<ProbeWorkloads> {
    const { signal, limit } = options;
    const lanes = options.lanes ?? lanesFor(defaultConcurrency());
    const probes = planProbes(mesh.plan);
    const ways = new Map(
      await Promise.all(
        askedClusters(mesh.plan, probes)
          .filter((name) => status.clusters.some((one) => one.name === name && one.reachable))
          .flatMap((name) => mesh.clusters.filter((access) => access.name === name))
          .map(async (access) => {
            const both = {
              interruptible: await open(access, { signal, lanes }),
              steady: await open(access, { lanes }),
            };
            return [access.name, both] as const;
          }),
      ),
    );
    const servers = new Map<string, Server>();
    const context: ProbeContext = {
      plan: mesh.plan,
      status,
      probes,
      namespace: verificationNamespace(id),
      apis: new Map([...ways].map(([name, { interruptible }]) => [name, interruptible])),
      servers,
      asker: askerIn(verificationNamespace(id)),
      signal,
      lanes,
      limit,
    };
    return new ProbeWorkloads(context, ways, servers, id, options);
  }

  /**
   * Creates the workloads of all clusters, a few at a time. Returns a result for each, in the plan's order.
   */
  async setUp(): Promise<readonly CheckResult[]> {
    const { plan, probes, lanes } = this.context;
    return Promise.all(
      askedClusters(plan, probes).map(async (cluster): Promise<CheckResult> => {
        const outcome = await lanes.clusters(() => this.#setUpOne(cluster));
        const title = "probe workloads run, with proxies";
        return { check: "probes-ready", title, subject: cluster, group: "traffic", ...outcome };
      }),
    );
  }

  async #setUpOne(cluster: string): Promise<Outcome> {
    const way = this.#ways.get(cluster);
    if (way === undefined) return notRun(`${cluster} does not answer`);
    const { signal } = this.#options;
    try {
      await removeLeftovers(way.steady, new Date());
      const objects = await this.#objectsFor(cluster, way.interruptible);
      signal?.throwIfAborted();
      this.#touched.add(cluster);
      await createProbes(way.steady, objects, signal);
      const limit = limitOf(this.context, "probesReady");
      const server = await probesReady(way.interruptible, objects, { limit, signal });
      this.#servers.set(cluster, server);
      return passed(objects.image);
    } catch (error) {
      const { message } = error as Error;
      return failed(message, adviceOn(message));
    }
  }

  async #objectsFor(cluster: string, api: KubernetesApi): Promise<ProbeObjects> {
    const { plan, namespace, probes } = this.context;
    const links = plan.links.filter(({ source }) => source === cluster);
    const authorities = await Promise.all(
      links.map(async ({ target, name }): Promise<[string, string][]> => {
        const credentials = await readCredentials(api, name);
        return "problem" in credentials ? [] : [[target, credentials.authority]];
      }),
    );
    return {
      cluster,
      namespace,
      id: this.#id,
      expires: new Date(Date.now() + timeLimits.verificationOver),
      image: this.#options.probeImage ?? (await imageFor(api)),
      server: serverName(plan.clusters.findIndex(({ name }) => name === cluster)),
      services: probes.services.filter((service) => service.cluster === cluster),
      authorities: Object.fromEntries(authorities.flat()),
      further: furtherServersFor(plan.traffic),
    };
  }

  /** Exports the Services of every cluster whose workloads run. */
  async export(): Promise<void> {
    const { namespace, probes } = this.context;
    await Promise.all(
      [...this.#servers.keys()].map(async (cluster) => {
        const services = probes.services.filter((service) => service.cluster === cluster);
        const api = this.#ways.get(cluster)?.steady;
        if (api !== undefined) await exportProbes(api, namespace, services);
      }),
    );
  }

  /**
   * Removes everything and waits until it is gone, unless the verification was interrupted.
   *
   * @returns a result for each cluster in which something is left, or a namespace that can't be deleted yet
   */
  async remove(): Promise<readonly CheckResult[]> {
    const { namespace } = this.context;
    const removals = await Promise.all(
      [...this.#touched].map(async (cluster): Promise<readonly CheckResult[]> => {
        const api = this.#ways.get(cluster)?.steady;
        if (api === undefined) return [];
        const about = {
          check: "probes-removed",
          title: "probe workloads removed",
          subject: cluster,
          group: "traffic",
        } as const;
        try {
          await removeNamespace(api, namespace);
          if (this.#options.signal?.aborted === true) return [];
          const stays = await awaitRemoval(api, cluster, namespace, timeLimits.probesRemoved);
          if (stays === undefined) return [];
          const notice =
            `the namespace ${namespace} of ${cluster} is empty, and ends once every API of the cluster ` +
            `answers (kubectl get apiservices): ${stays}`;
          return [{ ...about, ...passed(undefined, notice) }];
        } catch (error) {
          const mend = `Remove it by hand: kubectl delete namespace ${namespace}`;
          return [{ ...about, ...failed((error as Error).message, mend) }];
        }
      }),
    );
    const results = removals.flat();
    if (this.#options.signal?.aborted !== true) await this.#forget();
    return results;
  }

  /** Service mirrors may notice the last Service only after all are gone. */
  async #forget(): Promise<void> {
    const apis = [...this.#touched].flatMap((cluster) => this.#ways.get(cluster)?.steady ?? []);
    // An entry that stays in a status is a blemish, and no reason to fail.
    await Promise.allSettled(apis.map((api) => forgetInLinks(api)));
  }
}

function adviceOn(message: string): string {
  if (message.includes(`without ${proxyContainer}`)) {
    return `Verify again once the injector serves. Check: kubectl -n ${linkerdNamespace} logs deploy/linkerd-proxy-injector -c proxy-injector`;
  }
  if (/ImagePull|ErrImage/.test(message)) {
    return "Use an image that the nodes can pull (--probe-image), with curl, and agnhost's netexec and grpc-health-checking.";
  }
  return "Check what the kubeconfig's user may do, and whether the nodes have room for two more pods.";
}

/** Ends of Links, and clusters that must not reach those exports. */
function askedClusters({ clusters, links }: Plan, { unlinkedPairs }: ProbePlan): readonly string[] {
  return clusters
    .map(({ name }) => name)
    .filter(
      (name) =>
        links.some(({ source, target }) => source === name || target === name) ||
        unlinkedPairs.some(({ source, target }) => source === name || target === name),
    );
}
