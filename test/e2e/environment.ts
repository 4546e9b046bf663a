import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { localBackend, type Backend } from "../../environments/backend.ts";
import { dockerList } from "../../environments/docker.ts";
import { down, type DownResult } from "../../environments/down.ts";
import { originOf } from "../../environments/origin.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import { rotate, type RotateResult } from "../../environments/rotate.ts";
import type { Output } from "../../environments/report/phase.ts";
import { findStack, type StackFile } from "../../environments/stacks.ts";
import { status, type StatusResult } from "../../environments/status.ts";
import { up, type UpRequest, type UpResult } from "../../environments/up.ts";
import { upgrade, type UpgradeRequest, type UpgradeResult } from "../../environments/upgrade.ts";
import { kubeconfigIn } from "./kubeconfigs.ts";
import { throwAway } from "./throw-away.ts";
import { connect } from "../../kubernetes/connect.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { temporaryDirectory } from "../temporary.ts";

/** A stack for one test. Its name, its state and everything that it creates differ from those of other tests. */
export class TestEnvironment {
  readonly stack: StackFile;
  readonly backend: Backend;
  /** Temporary directory that holds the state and the configuration. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Everything that commands have printed. */
  readonly messages: string[] = [];
  /** The configuration, unless it is that of a ready-made stack. */
  topology: unknown;
  readonly #apis = new Map<string, KubernetesApi>();
  /** Progress also goes to the log of the tests. */
  readonly #output: Output = {
    terminal: false,
    write: (text) => {
      this.messages.push(text);
      process.stderr.write(text);
    },
  };

  private constructor(name: string, directory: string) {
    this.directory = directory;
    this.env = { XDG_STATE_HOME: directory };
    const file = path.join(directory, `Pulumi.${name}.yaml`);
    this.stack = { name, file, origin: originOf(file) };
    this.backend = localBackend(stateDirectory(this.env));
  }

  /** @param topology the configuration's topology. @default that of the stack `hierarchical` */
  static async create(purpose: string, topology?: unknown): Promise<TestEnvironment> {
    const directory = await temporaryDirectory("linkerd-topology-e2e");
    const environment = new TestEnvironment(`e2e-${purpose}-${process.pid}`, directory);
    const configuration =
      topology === undefined
        ? await readFile((await findStack("hierarchical")).file, "utf8")
        : stringify({ config: { "linkerd-topology:topology": topology } });
    await writeFile(environment.stack.file, configuration);
    environment.topology = topology;
    return environment;
  }

  /** Writes another topology into the stack's configuration, for the next `up`. */
  async change(topology: unknown): Promise<void> {
    this.topology = topology;
    await writeFile(
      this.stack.file,
      stringify({ config: { "linkerd-topology:topology": topology } }),
    );
  }

  /** Allows `up` to delete clusters, and to use stand-ins if Linkerd's proxy is unavailable. */
  async up(
    options: Partial<Omit<UpRequest, "stack" | "backend" | "env" | "output">> = {},
  ): Promise<UpResult> {
    return up({
      ...this.request(),
      output: this.#output,
      images: process.env["IMAGES"],
      allowNoDataPlane: true,
      replaceClusters: true,
      ...options,
    });
  }

  async down(): Promise<DownResult> {
    return down({ ...this.request(), output: this.#output });
  }

  /** Runs the remaining steps of a rotation of the trust anchor, in the stack's own configuration. */
  async rotate(
    options: { readonly signal?: AbortSignal; readonly onText?: (text: string) => void } = {},
  ): Promise<RotateResult> {
    const { stack, backend, env } = this.request();
    const { signal, onText } = options;
    const write = (text: string): void => {
      this.#output.write(text);
      onText?.(text);
    };
    return rotate({
      source: { stack },
      backend,
      env,
      output: { ...this.#output, write },
      images: process.env["IMAGES"],
      allowNoDataPlane: true,
      ...(signal && { signal }),
    });
  }

  /** Upgrades every cluster to another release of Linkerd, step by step. */
  async upgrade(
    options: Pick<UpgradeRequest, "to" | "canary" | "atOnce" | "signal"> & {
      readonly onText?: (text: string) => void;
    },
  ): Promise<UpgradeResult> {
    const { stack, backend, env } = this.request();
    const { onText, ...rest } = options;
    const write = (text: string): void => {
      this.#output.write(text);
      onText?.(text);
    };
    return upgrade({
      ...rest,
      source: { stack },
      backend,
      env,
      output: { ...this.#output, write },
      allowNoDataPlane: true,
    });
  }

  async status(): Promise<StatusResult> {
    return status(this.request());
  }

  /** What commands need to know of the stack. */
  request(): { stack: StackFile; backend: Backend; env: Readonly<Record<string, string>> } {
    return { stack: this.stack, backend: this.backend, env: this.env };
  }

  /** The API of a cluster, through the kubeconfig file that people get. */
  async api(cluster: string): Promise<KubernetesApi> {
    const known = this.#apis.get(cluster);
    if (known !== undefined) return known;
    const api = await connect({ kubeconfigPath: await kubeconfigIn(this.directory, cluster) });
    this.#apis.set(cluster, api);
    return api;
  }

  /** The same for a cluster that was recreated. */
  async reconnect(cluster: string): Promise<KubernetesApi> {
    this.#apis.delete(cluster);
    return this.api(cluster);
  }

  /** Containers, networks and files that exist because of this environment. */
  async traces(): Promise<string[]> {
    const ours = (name: string | undefined): boolean => name?.includes(this.stack.name) ?? false;
    const containers = await dockerList(["ps", "--all"]);
    const networks = await dockerList(["network", "ls"]);
    const files = await readdir(stateDirectory(this.env), { recursive: true }).catch(() => []);
    return [
      ...containers.filter((row) => ours(row["Names"])).map((row) => `container ${row["Names"]}`),
      ...networks.filter((row) => ours(row["Name"])).map((row) => `network ${row["Name"]}`),
      ...files.map((file) => `file ${file}`),
    ];
  }

  /**
   * Removes everything that is left.
   *
   * @param down whether to run `down`, which also cleans up clusters that outlive the stack
   */
  async dispose({ down = false } = {}): Promise<void> {
    if (down) {
      await this.down().catch((error: unknown) => {
        process.stderr.write(`down of ${this.stack.name}: ${String(error)}\n`);
      });
    }
    await throwAway(this.stack.name);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Asks until the answer is the awaited one. */
export async function eventually<T>(
  what: string,
  limit: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + limit;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      last = "not so yet";
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${limit / 1000} s; last seen: ${String(last)}`);
    }
    await sleep(250);
  }
}
