import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import { localBackend, type Backend } from "../../environments/backend.ts";
import { clearStaleLocks, dropPendingOperations } from "../../environments/interrupted.ts";
import { EngineProgress, type Step } from "../../environments/report/engine-progress.ts";
import { exportState } from "../../environments/state.ts";
import { openStack } from "../../environments/workspace.ts";
import type { Topology as TopologySpec } from "../../planning/topology.ts";
import { serveDoubles } from "./doubles.ts";
import { engineTools } from "./tools.ts";
import { World } from "./world.ts";

/** An update as the engine told it. */
export interface Update {
  /** Operations other than "same", as `create kind:index:Cluster lab-west-1a2b3c4d`, sorted. */
  readonly changes: readonly string[];
  readonly same: number;
  /** Everything that the engine printed or sent as an event, but for its debugging. */
  readonly transcript: string;
}

/** The name of the topology in these tests, and of its stack. */
export const topologyName = "lab";

const projectName = "linkerd-topology";

/**
 * The real Pulumi engine with the project's own program on a backend of its own, and doubles of the
 * providers that would make clusters. TLS keys and certificates are made by the real provider.
 */
export class TestEngine {
  readonly world = new World();
  readonly #stack: Stack;
  readonly #backend: Backend;
  readonly #directory: string;

  private constructor(stack: Stack, backend: Backend, directory: string) {
    this.#stack = stack;
    this.#backend = backend;
    this.#directory = directory;
  }

  static async start(): Promise<TestEngine> {
    const env = await engineTools();
    const directory = await mkdtemp(path.join(os.tmpdir(), "engine-test-"));
    const backend = localBackend(path.join(directory, "state"));
    const file = path.join(directory, "stack.yaml");
    await writeStackFile(file, { clusters: [] });
    const stack = await openStack({
      stack: { name: topologyName, file },
      backend,
      env: {
        ...env,
        LINKERD_TOPOLOGY_CACHE: path.join(directory, "cache"),
        LINKERD_TOPOLOGY_SOURCES: await makeSources(directory),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    });
    return new TestEngine(stack, backend, directory);
  }

  /** @throws the engine's error, its output in the message */
  async up(topology: TopologySpec): Promise<Update> {
    const { workDir } = this.#stack.workspace;
    await writeStackFile(path.join(workDir, `Pulumi.${topologyName}.yaml`), topology);
    return this.#update((options) => this.#stack.up(options));
  }

  async destroy(): Promise<Update> {
    return this.#update((options) => this.#stack.destroy(options));
  }

  /** The state as it is stored, secrets encrypted. */
  async exportState(): Promise<string> {
    return JSON.stringify(await exportState(this.#stack));
  }

  /** URNs in the state. */
  async resources(): Promise<string[]> {
    const { deployment } = await exportState(this.#stack);
    return (deployment.resources ?? []).map((resource) => resource.urn);
  }

  /** The state's file, whatever a killed engine left of it. */
  async storedState(): Promise<string> {
    return readFile(
      path.join(this.#pulumiFiles, "stacks", projectName, `${topologyName}.json`),
      "utf8",
    );
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

  /** What the commands do before they start an engine. @returns what the killed one was working on */
  async recover(): Promise<string[]> {
    await clearStaleLocks(this.#backend, projectName, topologyName);
    return dropPendingOperations(this.#backend, this.#stack);
  }

  get #pulumiFiles(): string {
    return path.join(this.#backend.directory ?? "", ".pulumi");
  }

  async close(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #update(
    run: (options: {
      onEvent: (event: EngineEvent) => void;
      onOutput: (text: string) => void;
      onError: (text: string) => void;
    }) => Promise<unknown>,
  ): Promise<Update> {
    const progress = new EngineProgress();
    const transcript: string[] = [];
    // New ones each time, as plugins are: an engine that ends badly tells its providers to stop for good.
    const doubles = await serveDoubles(this.world);
    this.#stack.workspace.envVars["PULUMI_DEBUG_PROVIDERS"] = doubles.debugProviders;
    try {
      await run({
        onEvent: (event) => {
          progress.handle(event);
          // Nobody is shown these; Pulumi itself puts the properties of resources into them.
          if ((event.diagnosticEvent?.severity as string | undefined) === "debug") return;
          transcript.push(JSON.stringify(event));
        },
        onOutput: (text) => transcript.push(text),
        onError: (text) => transcript.push(text),
      });
    } finally {
      await doubles.close();
    }
    return {
      changes: progress.steps
        .filter((step) => step.operation !== "same")
        .map(describe)
        .sort(),
      same: progress.steps.filter((step) => step.operation === "same").length,
      transcript: transcript.join("\n"),
    };
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

function describe({ operation, type, urn }: Step): string {
  return `${operation} ${type} ${urn.split("::").at(-1) ?? ""}`;
}

/** A sources.json whose charts and definitions are there; the doubles don't look into them. */
async function makeSources(directory: string): Promise<string> {
  for (const chart of ["linkerd-crds", "linkerd-control-plane", "linkerd-multicluster"]) {
    await mkdir(path.join(directory, "charts", chart), { recursive: true });
    await writeFile(path.join(directory, "charts", chart, "Chart.yaml"), `name: ${chart}\n`);
  }
  await writeFile(
    path.join(directory, "gateway-api.yaml"),
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n" +
      "  name: httproutes.gateway.networking.k8s.io\n",
  );
  const file = path.join(directory, "sources.json");
  await writeFile(file, JSON.stringify({ charts: "charts", gatewayApi: "gateway-api.yaml" }));
  return file;
}

/** Configuration of the stack; keeps the salt that Pulumi wrote into it. */
async function writeStackFile(file: string, topology: TopologySpec): Promise<void> {
  const before = (parse(await readFile(file, "utf8").catch(() => "")) ?? {}) as object;
  const config = { "linkerd-topology:topology": topology };
  await writeFile(file, stringify({ ...before, config }));
}
