import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inotifyLimit } from "../../../providers/kind/inotify.ts";
import { kindProvider } from "../../../providers/kind/provider.ts";
import { startServer } from "../../../providers/server/index.ts";
import type { PropertyMap, RunningServer } from "../../../providers/server/index.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";
import { fakeTool, startFakeTools, type FakeTools } from "./fake-tools.mjs";
import { ProviderClient } from "./provider-client.ts";

/**
 * The provider as the engine sees it, with stand-ins for docker and kind on PATH, an API server in this
 * process, and a home of its own. Environment variables are the process's, so one at a time.
 */
export class Harness {
  readonly root: string;
  readonly kubernetes: FakeKubernetes;
  readonly clusters: ProviderClient;
  readonly networks: ProviderClient;
  readonly #server: RunningServer;
  readonly #tools: FakeTools;
  readonly #before: NodeJS.ProcessEnv;
  readonly #inotifyLimit: string;

  static async start(): Promise<Harness> {
    const root = await mkdtemp(join(tmpdir(), "linkerd-topology-ktest-"));
    const kubernetes = new FakeKubernetes();
    await kubernetes.start();
    const before = { ...process.env };
    const { file } = inotifyLimit;
    await mkdir(join(root, "bin"));
    const tools = await startFakeTools(root);
    for (const tool of ["docker", "kind"]) {
      const path = join(root, "bin", tool);
      await writeFile(path, fakeTool(tool, tools.port));
      await chmod(path, 0o755);
    }
    await writeFile(join(root, "api-port"), `${kubernetes.port}`);
    await writeFile(join(root, "admin.conf"), kubernetes.adminConf());
    await writeFile(join(root, "calls.log"), "");
    // That of the machine may be too low for several nodes: only what brings a real Docker raises it.
    inotifyLimit.file = join(root, "inotify-limit");
    await writeFile(inotifyLimit.file, "8192\n");
    process.env.PATH = `${join(root, "bin")}:${dirname(process.execPath)}:/usr/bin:/bin`;
    process.env.XDG_STATE_HOME = join(root, "state");
    delete process.env.DOCKER_HOST;
    delete process.env.DOCKER_CONTEXT;
    delete process.env.LINKERD_TOPOLOGY_REPLACE;
    return new Harness(root, kubernetes, await startServer(kindProvider), tools, before, file);
  }

  private constructor(
    root: string,
    kubernetes: FakeKubernetes,
    server: RunningServer,
    tools: FakeTools,
    before: NodeJS.ProcessEnv,
    limitFile: string,
  ) {
    this.root = root;
    this.kubernetes = kubernetes;
    this.#server = server;
    this.#tools = tools;
    this.#before = before;
    this.#inotifyLimit = limitFile;
    this.clusters = new ProviderClient(server.port, "kind:index:Cluster");
    this.networks = new ProviderClient(server.port, "kind:index:Network");
  }

  async stop(): Promise<void> {
    this.clusters.close();
    this.networks.close();
    await this.#server.close();
    await this.kubernetes.stop();
    await this.#tools.stop();
    process.env = this.#before;
    inotifyLimit.file = this.#inotifyLimit;
    await rm(this.root, { recursive: true });
  }

  /** Inputs as a program gives them, after `check`. */
  async inputs(changes: PropertyMap = {}): Promise<PropertyMap> {
    const { inputs, failures } = await this.clusters.check({ ...clusterInputs, ...changes });
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
    this.kubernetes.readyNodes = ["", "2", "3"].map((number) => `west-control-plane${number}`);
    this.kubernetes.readyNodes.push("west-worker");
    return inputs;
  }

  /** A cluster, with what the engine would keep of it. */
  async create(changes: PropertyMap = {}) {
    const inputs = await this.inputs(changes);
    return { inputs, ...(await this.clusters.create(inputs)) };
  }

  async makeNetwork(owner = "project/dev"): Promise<void> {
    const { inputs } = await this.networks.check({ name: "lab", owner });
    await this.networks.create(inputs);
  }

  /** Makes a tool behave in another way: `behave-kind-fails` and so on. */
  async behave(name: string, content = ""): Promise<void> {
    await writeFile(join(this.root, `behave-${name}`), content);
  }

  async behaveAsUsual(): Promise<void> {
    for (const file of await readdir(this.root)) {
      if (file.startsWith("behave-")) await rm(join(this.root, file));
    }
  }

  async containers(): Promise<string[]> {
    return this.#names("containers");
  }

  async networkNames(): Promise<string[]> {
    return this.#names("networks");
  }

  /** Changes what Docker knows of a container. */
  async alter(name: string, change: (container: FakeContainer) => void): Promise<void> {
    const path = join(this.root, "containers", `${name}.json`);
    const container = JSON.parse(await readFile(path, "utf8")) as FakeContainer;
    change(container);
    await writeFile(path, JSON.stringify(container));
  }

  /** Removes the Docker network as `docker network prune` does: who was stopped on it still names it. */
  async loseNetwork(): Promise<void> {
    await rm(join(this.root, "networks", "lab.json"));
    for (const name of await this.containers()) {
      await this.alter(name, ({ State, NetworkSettings: { Networks } }) => {
        if (State.Running) delete Networks.lab;
        else Object.assign(Networks.lab ?? {}, { NetworkID: "id-of-the-former-one" });
      });
    }
  }

  async read(file: string): Promise<string> {
    return readFile(join(this.root, file), "utf8").catch(() => "");
  }

  /** Commands called since the last time. */
  async calls(): Promise<string[]> {
    const calls = (await this.read("calls.log")).trim().split("\n");
    await writeFile(join(this.root, "calls.log"), "");
    return calls;
  }

  async #names(kind: string): Promise<string[]> {
    const files = await readdir(join(this.root, kind)).catch(() => []);
    return files.map((file) => file.replace(/\.json$/, "")).sort();
  }
}

/** As the fake docker stores it: what `docker container inspect` says, and the marker file. */
export interface FakeContainer {
  Id: string;
  Config: { Labels: Record<string, string> };
  State: { Running: boolean; Paused?: boolean };
  Mounts: { Destination: string }[];
  NetworkSettings: { Networks: Record<string, { IPAddress: string; NetworkID: string }> };
  marker?: string;
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export const clusterInputs = {
  name: "west",
  network: "lab",
  generation: "g1",
  owner: "project/dev",
  podSubnet: "10.20.0.0/21",
  serviceSubnet: "10.30.0.0/21",
} as const;
