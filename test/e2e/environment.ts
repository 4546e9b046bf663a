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

/** A stack of a test's own: its name, its state and everything it makes differ from any other's. */
export class TestEnvironment {
  readonly stack: StackFile;
  readonly backend: Backend;
  /** Temporary directory that holds the state and the configuration. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** All that commands have said. */
  readonly messages: string[] = [];
  /** What the configuration has, where it isn't a ready-made stack's. */
  topology: unknown;
  readonly #apis = new Map<string, KubernetesApi>();
  /** Progress goes to the log of the tests as well. */
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

  /** Writes another topology into the stack's configuration; the next `up` makes it so. */
  async change(topology: unknown): Promise<void> {
    this.topology = topology;
    await writeFile(
      this.stack.file,
      stringify({ config: { "linkerd-topology:topology": topology } }),
    );
  }

  /** Clusters may be taken away, and stand-ins take the place of a proxy that can't be had. */
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

  /** All steps of a rotation of the trust anchor that are left, in the stack's own configuration. */
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

  /** Brings another release of Linkerd to every cluster, step by step. */
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

  /** The API of one of the clusters, by the kubeconfig file that people get. */
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

  /** Containers, networks and files that are there because of this environment. */
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
   * Removes whatever is still there.
   *
   * @param down by a `down`, which takes away what is in clusters that go on living as well
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

/** Asks again until the answer is one that was waited for. */
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
