import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { describeError } from "../../environments/commands/run-command.ts";
import type { UpResult } from "../../environments/up.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { Topology } from "../../planning/topology.ts";
import { connect } from "../../kubernetes/connect.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { NotRun } from "../runner/not-run.ts";
import { isScenarioWanted } from "../runner/test-files.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { kubeconfigIn } from "./kubeconfigs.ts";
import { isMissing, namespace } from "./workload.ts";

/** What one scenario proves on clusters that it shares with others. Its file bears its name. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Which clusters there have to be, and how they are linked, when it begins. */
  topology(shared: SharedClusters): Topology;
  /**
   * Makes what it needs in the clusters before the `up` of its topology; where there are no clusters yet, it
   * is brought up before as well.
   */
  workloads?(shared: SharedClusters): Promise<void>;
  /** What comes before the first `up` of the clusters, where this scenario is the first. @default nothing */
  beforeFirstUp?(environment: TestEnvironment): Promise<void>;
  /** Declares its hooks and tests. Its own `before` hooks find the topology up. */
  tests(shared: SharedClusters): void;
}

const noDataPlane = "no data plane: IMAGES names no directory with Linkerd's real images";

/**
 * Clusters that several scenarios use, one after the other. Each begins with an `up` of its own topology, on
 * whatever the one before made of it, and without that one's workloads. Making clusters costs the most by
 * far.
 */
export class SharedClusters {
  readonly #purpose: string;
  readonly #create: typeof TestEnvironment.create;
  #environment: TestEnvironment | undefined;
  #entered: UpResult | undefined;
  #apis = new Map<string, KubernetesApi>();
  /** Whether the last scenario did what it was to do. */
  #sound = true;
  /** The scenario that began last. */
  #last = "";
  /** Why there are no clusters any more. */
  #gone: NotRun | undefined;
  /** Pod subnet of east, once a scenario has given it another one: to take it back would recreate it again. */
  eastSubnet: { readonly podSubnet?: string } = {};

  /** @param create how an environment is made. @default a real one */
  constructor(
    purpose: string,
    create: typeof TestEnvironment.create = (...args) => TestEnvironment.create(...args),
  ) {
    this.#purpose = purpose;
    this.#create = create;
  }

  get environment(): TestEnvironment {
    if (this.#environment === undefined && this.#gone !== undefined) throw this.#gone;
    return present(this.#environment);
  }

  /** What the `up` came to that the scenario began with. */
  get entered(): UpResult {
    return present(this.#entered);
  }

  /** Whether requests can be carried; else the reason why a test is skipped. */
  get withoutDataPlane(): string | undefined {
    return this.entered.proof.status.dataPlane === "real" ? undefined : noDataPlane;
  }

  api(cluster: string): KubernetesApi {
    return present(this.#apis.get(cluster));
  }

  /** A way into a cluster that was recreated meanwhile. */
  async reconnect(cluster: string): Promise<KubernetesApi> {
    const kubeconfigPath = await kubeconfigIn(this.environment.directory, cluster);
    const api = await connect({ kubeconfigPath });
    this.#apis.set(cluster, api);
    return api;
  }

  /** Declares the tests of a scenario. */
  declare(scenario: Scenario): void {
    describe(`${scenario.name}: ${scenario.title}`, { timeout: 1_200_000 }, () => {
      before(async () => {
        await this.#enter(scenario);
      });
      let failed = false;
      beforeEach(() => {
        // A test that the limit of its suite ends tells nothing afterwards.
        this.#sound = false;
      });
      afterEach((context) => {
        // Told by the runner, not by its types.
        failed ||= (context as { passed?: boolean }).passed === false;
        this.#sound = !failed;
      });
      scenario.tests(this);
    });
  }

  async #enter(scenario: Scenario): Promise<void> {
    const topology = scenario.topology(this);
    const goesOn = this.#environment !== undefined;
    const broken = goesOn && !this.#sound;
    // A refresh finds what a test that failed may have left undone, and the exports whose Services go with the
    // namespace of the tests: without it the state takes the new ones for labelled.
    const refresh = broken || (goesOn && (this.#entered?.plan.exports.length ?? 0) > 0);
    const before = this.#last;
    this.#last = scenario.name;
    try {
      if (this.#environment === undefined) {
        this.#environment = await this.#create(this.#purpose, topology);
        await scenario.beforeFirstUp?.(this.#environment);
        await this.#up();
      } else {
        await Promise.all([...this.#apis.values()].map(removeWorkloads));
      }
      await scenario.workloads?.(this);
      const isUp = isDeepStrictEqual(this.environment.topology, topology);
      if (refresh || !isUp || scenario.workloads !== undefined) {
        await this.environment.change(topology);
        await this.#up({ refresh });
      }
    } catch (error) {
      // The next scenario is not to fail with this one.
      await this.dispose();
      this.#gone = new NotRun(`the clusters of ${scenario.name} could not be brought up`);
      if (!broken) throw error;
      throw new NotRun(
        `the scenario before, ${before}, left the clusters broken: ${describeError(error)}`,
      );
    }
    // Until one of its tests has passed.
    this.#sound = false;
  }

  async #up({ refresh = false } = {}): Promise<void> {
    this.#entered = await this.environment.up(refresh ? { refresh } : {});
    this.#apis = new Map();
    for (const { name } of this.#entered.plan.clusters) await this.reconnect(name);
  }

  /** Takes everything away that is still there. */
  async dispose(): Promise<void> {
    const environment = this.#environment;
    this.#environment = undefined;
    this.#apis = new Map();
    this.eastSubnet = {};
    await environment?.dispose();
  }
}

/**
 * Declares the scenarios of a file that were asked for, and that their clusters go in the end without a trace.
 *
 * @param loseState whether the state is lost before that: `down` takes everything away all the same
 */
export function declareScenarios(
  file: string,
  shared: SharedClusters,
  scenarios: readonly Scenario[],
  { loseState = false }: { readonly loseState?: boolean } = {},
): void {
  const wanted = scenarios.filter(({ name }) => isScenarioWanted(file, name));
  if (wanted.length === 0) return;
  after(() => shared.dispose());
  for (const scenario of wanted) shared.declare(scenario);
  const title = "down leaves no container, network or file";
  test(loseState ? `the state is lost; ${title}` : title, async () => {
    const { environment } = shared;
    if (loseState) {
      await rm(path.join(stateDirectory(environment.env), "backend"), { recursive: true });
    }
    assert.notDeepEqual(await environment.traces(), []);
    await environment.down();
    assert.deepEqual(await environment.traces(), []);
  });
}

/** The namespace of the tests' workloads goes with all that is in it, mirrors too. */
async function removeWorkloads(api: KubernetesApi): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  if (await isMissing(api, path)) return;
  await api.delete(path);
  await eventually(`the end of the namespace ${namespace}`, timeLimits.probesRemoved, async () =>
    (await isMissing(api, path)) ? true : undefined,
  );
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the scenario's clusters are not up");
  return value;
}
