import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RunMesh } from "../../../../environments/runs/run-mesh.ts";
import type { RunWays } from "../../../../environments/runs/session.ts";
import type { UpRequest, UpResult } from "../../../../environments/up.ts";
import type { Verification } from "../../../../verification/index.ts";
import type { FakeKubernetes } from "../../mesh/fake-kubernetes.ts";
import { startNewCluster } from "./new-cluster.ts";
import type { RunFiles } from "./run-files.ts";

/** What a run asked `up` for. */
export interface AskedUp {
  readonly name: string;
  readonly refresh: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * In place of `up` and of the verification: each run has a stub of an API server for its cluster `west`, and a network
 * in the stand-in for Docker.
 */
export class RunDoubles implements RunWays {
  readonly asked: AskedUp[] = [];
  readonly verified: string[] = [];
  /** The clusters of the runs, by the run's name. */
  readonly clusters = new Map<string, FakeKubernetes>();
  /** Runs that `up` can't bring up, and runs that a verification doesn't prove. */
  readonly broken = { up: new Set<string>(), verify: new Set<string>() };
  /** Called by `up`, for what else it does. @returns more outputs of the stack */
  also: (request: UpRequest) => Promise<void> = () => Promise.resolve();
  readonly #files: RunFiles;

  constructor(files: RunFiles) {
    this.#files = files;
  }

  readonly up = async (request: UpRequest): Promise<UpResult> => {
    const { stack, refresh = false, labels = {} } = request;
    const { name } = stack;
    this.asked.push({ name, refresh, labels });
    if (this.broken.up.has(name)) throw new Error(`${name} can't be brought up`);
    await this.also(request);
    const cluster = this.clusters.get(name) ?? (await startNewCluster());
    this.clusters.set(name, cluster);
    const kubeconfigPath = path.join(this.#files.directory, `${name}.kubeconfig`);
    await writeFile(kubeconfigPath, cluster.kubeconfig);
    await this.#makeNetwork(name, labels);
    const plan = { name, clusters: [], links: [] };
    const west = { name: "west", kubeconfigPath, context: "fake", uid: cluster.uid };
    return { plan, outputs: { plan, clusters: [west] } } as unknown as UpResult;
  };

  readonly verify = async ({ name }: RunMesh): Promise<Verification> => {
    this.verified.push(name);
    const proved = !this.broken.verify.has(name);
    return Promise.resolve({ proved, results: [] } as unknown as Verification);
  };

  async stop(): Promise<void> {
    await Promise.all([...this.clusters.values()].map((cluster) => cluster.stop()));
  }

  async #makeNetwork(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const file = path.join(this.#files.directory, "networks.json");
    const networks = JSON.parse(await readFile(file, "utf8")) as { readonly Name: string }[];
    const network = {
      Id: `id-${name}`,
      Name: `linkerd-topology-${name}`,
      Labels: { "dev.linkerd-topology.owner": `linkerd-topology/${name}`, ...labels },
    };
    if (!networks.some(({ Name }) => Name === network.Name)) networks.push(network);
    await this.#files.writeNetworks(networks);
  }
}
