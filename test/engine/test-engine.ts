import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import type { EngineEvent, PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { localBackend, type Backend } from "../../environments/backend.ts";
import { cacheDirectory } from "../../system/cache-directory.ts";
import { readSources } from "../../components/sources.ts";
import { Topology } from "../../components/topology.ts";
import { clearStaleLocks, openState, settleState } from "../../environments/interrupted.ts";
import { EngineProgress, type Step } from "../../environments/report/engine-progress.ts";
import { resourceType } from "../../environments/report/resource-words.ts";
import type { ProgramOptions } from "../../components/program.ts";
import { inlineProgram } from "../../environments/program.ts";
import { withPatches } from "../../environments/pulumi-patches.ts";
import { madeFromIn } from "../../environments/settle-stack.ts";
import {
  exportState,
  readOutputs,
  stateIn,
  withoutReports,
  type StateResource,
} from "../../environments/state.ts";
import { openStack } from "../../environments/workspace.ts";
import { planOrThrow } from "../../planning/plan.ts";
import type { MadeFrom } from "../../planning/sources/made-from.ts";
import type { Sources } from "../../planning/sources/sources.ts";
import type { Topology as TopologySpec } from "../../planning/topology.ts";
import type { PropertyMap, Resource } from "../../providers/server/index.ts";
import { temporaryDirectory } from "../temporary.ts";
import { serveDoubles } from "./doubles.ts";
import { HelmRecords } from "./helm-records.ts";
import { filesBelow, type LeftFile } from "../left-files.ts";
import { makeSources, sourcesName, writeStackFile } from "./stack-files.ts";
import { engineTools, homeWithoutLogs } from "./tools.ts";
import { World } from "./world.ts";

/** An update as the engine reported it. */
export interface Update {
  /** Operations other than "same", sorted, such as `create kind:index:Cluster lab-west-1a2b3c4d`. */
  readonly changes: readonly string[];
  readonly same: number;
  /** Everything that the engine printed or sent as an event, without debug messages. */
  readonly transcript: string;
}

/** How a {@link TestEngine} differs from `npm run up`. */
export interface Options {
  /** Uses no doubles. For previews, which create nothing. @default false */
  readonly realProviders?: boolean;
  /**
   * The topology's component is run in this process in place of the project's program in one of its own:
   * half of an update's time. @default false
   */
  readonly inline?: boolean;
  /** Also uses a double of the provider `tls`, which is quicker and can be disturbed. @default false */
  readonly tls?: boolean;
  /** Resources that are no doubles. @default none */
  readonly real?: readonly Resource[];
  /** {@link How.checkpoints} of every update. @default false */
  readonly checkpoints?: boolean;
}

/** How one update is to be run. */
export interface How {
  readonly refresh?: boolean;
  /** How many operations run at the same time. @default the engine's own */
  readonly parallel?: number;
  /** Interrupts the engine, as Ctrl-C would. */
  readonly signal?: AbortSignal;
  /** Runs the project's program inline, as the commands do. @default by {@link Options.inline} */
  readonly asCommand?: ProgramOptions;
  /** How much the engine logs, from 1. Logs go where its errors go. @default nothing */
  readonly logVerbosity?: number;
  /**
   * The engine writes its whole state after every step, as it does for people: needed where it is killed.
   * Without that it writes the state once, when it ends, which takes two thirds of its time from a first `up`.
   *
   * @default by {@link Options.checkpoints}
   */
  readonly checkpoints?: boolean;
  /** Policy packs: directories, or programs that serve one. @default none */
  readonly policyPacks?: string[];
  /** Configuration of these packs, a JSON file each. @default none */
  readonly policyPackConfigs?: string[];
  /** Of the Topology's component, where it runs {@link Options.inline}. @default the topology's name, no options */
  readonly component?: { readonly name?: string; readonly opts: ComponentResourceOptions };
  /** Configuration of the stack besides its topology. @default {} */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What a preview can be told. */
export type PreviewHow = Pick<
  How,
  "asCommand" | "component" | "policyPacks" | "policyPackConfigs" | "config"
>;

/** A resource in the state's file, with the fields that mark it as unfinished. */
export interface StoredResource extends StateResource {
  readonly pendingReplacement?: boolean;
  readonly initErrors?: readonly string[];
}

/** The content of the state, without {@link isEnginesOwn the engine's own}. */
export interface Stored {
  readonly resources: readonly StoredResource[];
  /** URNs of operations that started and didn't end. */
  readonly pending: readonly string[];
}

/** The state and the world at one moment. */
export interface Checkpoint {
  readonly state: string | undefined;
  readonly objects: ReadonlyMap<string, PropertyMap>;
}

/** The name of the topology in these tests, and of its stack. */
export const topologyName = "lab";

const projectName = "linkerd-topology";

/**
 * The real Pulumi engine with the project's own program on a backend of its own, and doubles of the
 * providers that would make clusters. TLS keys and certificates are made by the real provider.
 */
export class TestEngine {
  readonly world: World;
  readonly #stack: Stack;
  readonly #backend: Backend;
  readonly #directory: string;

  readonly #options: Options;
  readonly #records: HelmRecords;
  #topology: TopologySpec = { clusters: [] };
  #empty: Checkpoint | undefined;

  private constructor(
    stack: Stack,
    backend: Backend,
    directory: string,
    options: Options,
    own: { readonly world: World; readonly records: HelmRecords },
  ) {
    this.world = own.world;
    this.#records = own.records;
    this.#stack = stack;
    this.#backend = backend;
    this.#directory = directory;
    this.#options = options;
  }

  static async start(options: Options = {}): Promise<TestEngine> {
    const env = await engineTools();
    const directory = await temporaryDirectory("engine-test");
    const backend = localBackend(path.join(directory, "state"));
    const file = path.join(directory, "stack.yaml");
    await writeStackFile(file, { clusters: [] });
    const stack = await openStack({
      stack: { name: topologyName, file },
      backend,
      env: {
        ...env,
        PULUMI_HOME: await homeWithoutLogs(env, path.join(directory, "home")),
        LINKERD_TOPOLOGY_CACHE: path.join(directory, "cache"),
        NODE_COMPILE_CACHE: path.join(cacheDirectory(), "node-compile"),
        LINKERD_TOPOLOGY_SOURCES: await makeSources(directory),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        // Engines that live for seconds: a tenth to a fifth of their time was the garbage collector's.
        GOGC: process.env["GOGC"] ?? "400",
      },
    });
    const world = new World();
    const records = await HelmRecords.serve(world, path.join(directory, "kubeconfigs"));
    return new TestEngine(withoutReports(stack), backend, directory, options, { world, records });
  }

  /** @throws the engine's error, its output in the message */
  async up(topology: TopologySpec, how: How = {}): Promise<Update> {
    await this.#configure(topology, how);
    const log =
      how.logVerbosity === undefined ? {} : { logToStdErr: true, logFlow: true, debug: true };
    return this.#update(
      (options) => this.#stack.up({ ...options, ...how, ...log, ...this.#program(how) }),
      how,
    );
  }

  async preview(topology: TopologySpec, how: PreviewHow = {}): Promise<Update> {
    await this.#configure(topology, how);
    return this.#update((options) =>
      this.#stack.preview({ ...options, ...how, ...this.#program(how) }),
    );
  }

  /** Looks at what there is, and takes it into the state. */
  async refresh(): Promise<Update> {
    return this.#update((options) => this.#stack.refresh(options));
  }

  /** As `pulumi destroy` begins, unless it is told to skip that. */
  async previewDestroy(): Promise<Update> {
    return this.#update((options) => this.#stack.previewDestroy(options));
  }

  /** As `pulumi destroy --skip-preview`. */
  async destroy(how: Pick<How, "parallel" | "signal" | "checkpoints"> = {}): Promise<Update> {
    return this.#update((options) => this.#stack.destroy({ ...options, ...how }), how);
  }

  /** What the program exported, as it is stored. */
  async outputs(): Promise<unknown> {
    return readOutputs(this.#backend, this.#stack);
  }

  #program({ asCommand, component }: How = {}): { program?: PulumiFn } {
    if (asCommand !== undefined) {
      return { program: inlineProgram(this.#stack.workspace.envVars, asCommand) };
    }
    if (this.#options.inline !== true) return {};
    return {
      program: () => {
        const before = process.env["LINKERD_TOPOLOGY_CACHE"];
        process.env["LINKERD_TOPOLOGY_CACHE"] = path.join(this.#directory, "cache");
        try {
          new Topology(
            component?.name ?? topologyName,
            {
              topology: this.#topology,
              name: topologyName,
              sources: readSources(path.join(this.#directory, sourcesName)),
            },
            component?.opts,
          );
        } finally {
          if (before === undefined) delete process.env["LINKERD_TOPOLOGY_CACHE"];
          else process.env["LINKERD_TOPOLOGY_CACHE"] = before;
        }
        return Promise.resolve();
      },
    };
  }

  async #configure(topology: TopologySpec, { config }: Pick<How, "config"> = {}): Promise<void> {
    this.#topology = topology;
    const { workDir } = this.#stack.workspace;
    await writeStackFile(path.join(workDir, `Pulumi.${topologyName}.yaml`), topology, config);
  }

  /** The sources file that the environment names, until {@link forgetSources}. */
  get sources(): Sources {
    return readSources(path.join(this.#directory, sourcesName));
  }

  /** From now on the environment says nothing of sources. */
  forgetSources(): void {
    delete this.#stack.workspace.envVars["LINKERD_TOPOLOGY_SOURCES"];
  }

  /** What the state records of where the stack came from. */
  async madeFrom(): Promise<MadeFrom | undefined> {
    return madeFromIn(await exportState(this.#stack));
  }

  /** The state as it is stored, secrets encrypted. */
  async exportState(): Promise<string> {
    return JSON.stringify(await exportState(this.#stack));
  }

  /** The state with every secret in plaintext. */
  async decryptedState(): Promise<string> {
    return JSON.stringify(await this.#stack.exportStack());
  }

  /** What an update has left below the directory of its own that this engine has. */
  async files(): Promise<readonly LeftFile[]> {
    return filesBelow(this.#directory);
  }

  /** URNs in the state. */
  async resources(): Promise<string[]> {
    return (await this.stored()).resources.map(({ urn }) => urn);
  }

  /** The state's file, whatever a killed engine left of it. */
  async storedState(): Promise<string> {
    return readFile(this.#stateFile, "utf8");
  }

  /** What is in that file. */
  async stored(): Promise<Stored> {
    const { deployment } = stateIn(await this.storedState(), this.#stateFile);
    const { resources = [], pending_operations: pending = [] } = deployment;
    return {
      resources: resources.filter(({ urn }) => !isEnginesOwn(resourceType(urn))),
      pending: pending.map(({ resource }) => resource.urn),
    };
  }

  /** Kubeconfig of a cluster that no stack makes. @param name in the topology */
  outside(name: string): string {
    return this.#records.outside(`${topologyName}-${name}`);
  }

  /** Before the first update: the state is empty, and the world as well. */
  async clear(): Promise<void> {
    this.#empty ??= this.checkpoint();
    await this.restore(this.#empty);
  }

  /** Both at the same moment: nothing else happens while this is made. */
  checkpoint(): Checkpoint {
    return { state: readIfThere(this.#stateFile), objects: new Map(this.world.objects) };
  }

  /** Puts the world and the state back; what the backend keeps beside the state goes. */
  async restore({ state, objects }: Checkpoint): Promise<void> {
    for (const kind of ["history", "backups", "locks"]) {
      await rm(path.join(this.#pulumiFiles, kind), { recursive: true, force: true });
    }
    await rm(this.#stateFile, { force: true });
    await mkdir(path.dirname(this.#stateFile), { recursive: true });
    if (state !== undefined) await writeFile(this.#stateFile, state);
    this.world.objects.clear();
    for (const [key, outputs] of objects) this.world.objects.set(key, outputs);
    this.world.takeCalls();
  }

  /** Kills the engine as the kernel would, and waits until it is dead. */
  async kill(): Promise<void> {
    const locks = path.join(this.#pulumiFiles, "locks", "organization", projectName, topologyName);
    for (const name of await readdir(locks)) {
      const lock = JSON.parse(await readFile(path.join(locks, name), "utf8")) as { pid: number };
      process.kill(lock.pid, "SIGKILL");
      await waitUntilDead(lock.pid);
    }
  }

  /**
   * What the commands do before they start an engine.
   *
   * @param topology of the `up` that follows
   * @returns what the killed one was working on
   */
  async recover(
    command: "up" | "refresh" | "down" = "up",
    topology?: TopologySpec,
  ): Promise<string[]> {
    await clearStaleLocks(this.#backend, projectName, topologyName);
    const opened = await openState(this.#backend, this.#stack);
    const plan = topology && planOrThrow(topology, { name: topologyName });
    return settleState(this.#backend, this.#stack, opened, command, plan);
  }

  get #pulumiFiles(): string {
    return path.join(this.#backend.directory ?? "", ".pulumi");
  }

  get #stateFile(): string {
    return path.join(this.#pulumiFiles, "stacks", projectName, `${topologyName}.json`);
  }

  async close(): Promise<void> {
    await this.#records.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #update(
    run: (options: {
      onEvent: (event: EngineEvent) => void;
      onOutput: (text: string) => void;
      onError: (text: string) => void;
    }) => Promise<unknown>,
    { checkpoints = this.#options.checkpoints === true }: Pick<How, "checkpoints"> = {},
  ): Promise<Update> {
    const progress = new EngineProgress();
    const transcript: string[] = [];
    const { envVars } = this.#stack.workspace;
    envVars["PULUMI_SKIP_CHECKPOINTS"] = String(!checkpoints);
    // New ones each time, as plugins are: an engine that ends badly tells its providers to stop for good.
    const doubles =
      this.#options.realProviders === true
        ? undefined
        : await serveDoubles(this.world, {
            tls: this.#options.tls === true,
            real: this.#options.real ?? [],
          });
    if (doubles !== undefined) {
      envVars["PULUMI_DEBUG_PROVIDERS"] = doubles.debugProviders;
    }
    try {
      const options = {
        onEvent: (event: EngineEvent) => {
          progress.handle(event);
          // Nobody is shown these; Pulumi itself puts the properties of resources into them.
          if ((event.diagnosticEvent?.severity as string | undefined) === "debug") return;
          transcript.push(JSON.stringify(event));
        },
        onOutput: (text: string) => transcript.push(text),
        onError: (text: string) => transcript.push(text),
      };
      await withPatches(() => run(options));
    } finally {
      await doubles?.close();
    }
    return {
      changes: progress.steps
        .filter((step) => step.operation !== "same" && !isEnginesOwn(step.type))
        .map(describe)
        .sort(),
      same: progress.steps.filter((step) => step.operation === "same").length,
      transcript: transcript.join("\n"),
    };
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

async function waitUntilDead(pid: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(20);
  }
  throw new Error(`the engine (process ${pid}) survives SIGKILL`);
}

/** What the program of `pulumi up` reads its own state through: nothing that Pulumi shows or counts. */
function isEnginesOwn(type: string): boolean {
  return type === "pulumi:providers:pulumi";
}

function describe({ operation, type, urn }: Step): string {
  return `${operation} ${type} ${urn.split("::").at(-1) ?? ""}`;
}
