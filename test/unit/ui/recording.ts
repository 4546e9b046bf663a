import type { Plan } from "../../../planning/plan-types.ts";
import type { Looks } from "../../../ui/live.ts";
import type { Observation } from "../../../ui/page-model.ts";
import type { MeshStatus } from "../../../verification/status.ts";
import { observationOf, sevenFigures, sevenPlan, statusOf } from "./recorded.ts";

/** How the recorded mesh is: all in order, or with dr's gateway gone and color-b silent. */
export type Scene = "well" | "failing";

/** Observations of seven clusters, each shown on demand. */
export class Recording {
  readonly #plan: Plan = sevenPlan();
  #observation: Promise<Observation> | undefined;
  #look: ((observation: Observation) => Promise<void>) | undefined;
  #time = Date.now() - 150_000;
  #count = 0;

  readonly looks: Looks = async ({ signal, onObservation }) => {
    this.#look = onObservation;
    this.#observation ??= this.#next("well");
    await onObservation(await this.#observation);
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
    });
    this.#look = undefined;
  };

  /** The next look finds this. Open pages have been told of it when it returns. */
  async show(scene: Scene): Promise<void> {
    this.#observation = this.#next(scene);
    await this.#look?.(await this.#observation);
  }

  async #next(scene: Scene): Promise<Observation> {
    this.#count += 1;
    // Ten seconds from look to look, the last of them now.
    this.#time = Math.min(this.#time + 10_000, Date.now());
    const status = statusOf(this.#plan, new Date(this.#time));
    // Traffic goes up and down a little, the same way every time.
    const busy = 1 + 0.12 * Math.sin(this.#count);
    const seen = scene === "well" ? status : failing(status);
    return observationOf(this.#plan, seen, sevenFigures(this.#plan, busy));
  }
}

function failing(status: MeshStatus): MeshStatus {
  return {
    ...status,
    clusters: status.clusters.map((cluster) =>
      cluster.name === "color-b"
        ? {
            ...cluster,
            reachable: false,
            problems: ["GET https://172.19.0.6:6443/version: connect ECONNREFUSED 172.19.0.6:6443"],
            kubernetesVersion: undefined,
            nodes: [],
            services: undefined,
            workloads: [],
            proxies: [],
            routes: undefined,
            podRoutes: undefined,
            trustAnchors: [],
            issuer: undefined,
          }
        : cluster,
    ),
    links: status.links.map((link) => {
      if (link.source === "color-b") {
        const trouble = "the source was not asked";
        return {
          ...link,
          present: false,
          serviceMirror: { takenUp: false, pod: undefined, trouble, stuck: false },
          discovery: { trouble },
          mirrors: [],
        };
      }
      return link.target === "dr" && link.source === "cdn"
        ? {
            ...link,
            gateway: { ...link.gateway, state: "not alive", latencyMilliseconds: undefined },
          }
        : link;
    }),
  };
}
