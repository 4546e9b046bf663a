import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { runLabels } from "../../../../environments/runs/docker-traces.ts";
import { beginRun, runDirectory } from "../../../../environments/runs/record.ts";
import type { RunRecord } from "../../../../environments/runs/record.ts";
import { identify } from "../../../../toolchain/process-identity.ts";
import type { ProcessIdentity } from "../../../../toolchain/process-identity.ts";
import { temporaryDirectory } from "../../../temporary.ts";

/**
 * In place of Docker: knows the networks of a file, and takes out of it what is removed. `ps` lists
 * nothing: what happens to containers is a matter for real ones.
 */
const fakeDocker = `#!${process.execPath}
const fs = require("node:fs");
const file = process.env.FAKE_NETWORKS;
const networks = JSON.parse(fs.readFileSync(file, "utf8"));
const [command, action, ...rest] = process.argv.slice(2);
if (command === "network" && action === "ls") {
  const label = rest[rest.indexOf("--filter") + 1].slice("label=".length);
  for (const n of networks) if (label in n.Labels) console.log(JSON.stringify({ ID: n.Id }));
} else if (command === "network" && action === "inspect") {
  console.log(JSON.stringify(networks.filter((n) => rest.includes(n.Id))));
} else if (command === "network" && action === "rm" && process.env.FAKE_SLOW) {
  setTimeout(() => undefined, 3_000);
} else if (command === "network" && action === "rm") {
  fs.writeFileSync(file, JSON.stringify(networks.filter((n) => !rest.includes(n.Id))));
} else if (command !== "ps") {
  console.error("unexpected: " + process.argv.slice(2).join(" "));
  process.exit(1);
}
`;

/** What runs have on a machine with a stand-in for Docker: their files and their networks. */
export class RunFiles {
  readonly directory: string;
  /** A process that has ended. */
  readonly gone: ProcessIdentity;
  /** This process. */
  readonly alive: ProcessIdentity;
  env: Record<string, string> = {};
  readonly #path = process.env["PATH"];

  private constructor(directory: string, gone: ProcessIdentity, alive: ProcessIdentity) {
    this.directory = directory;
    this.gone = gone;
    this.alive = alive;
    process.env["PATH"] = `${path.join(directory, "bin")}:${this.#path ?? ""}`;
    process.env["FAKE_NETWORKS"] = path.join(directory, "networks.json");
  }

  static async start(): Promise<RunFiles> {
    const directory = await temporaryDirectory("runs-test");
    await mkdir(path.join(directory, "bin"));
    await writeFile(path.join(directory, "bin", "docker"), fakeDocker);
    await chmod(path.join(directory, "bin", "docker"), 0o755);
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const gone = await identify(child.pid ?? 0);
    const alive = await identify(process.pid);
    assert.ok(gone !== undefined && alive !== undefined);
    child.kill();
    await once(child, "exit");
    const files = new RunFiles(directory, gone, alive);
    await files.clear();
    return files;
  }

  /** Forgets all runs. */
  async clear(): Promise<void> {
    this.env = { XDG_STATE_HOME: await mkdtemp(path.join(this.directory, "state-")) };
    await this.writeNetworks([]);
  }

  async stop(): Promise<void> {
    process.env["PATH"] = this.#path;
    delete process.env["FAKE_NETWORKS"];
    await rm(this.directory, { recursive: true });
  }

  async writeNetworks(networks: readonly object[]): Promise<void> {
    await writeFile(path.join(this.directory, "networks.json"), JSON.stringify(networks));
  }

  async networkNames(): Promise<string[]> {
    const text = await readFile(path.join(this.directory, "networks.json"), "utf8");
    return (JSON.parse(text) as { Name: string }[]).map(({ Name }) => Name);
  }

  recordOf(name: string, owner: ProcessIdentity, inHours = 6): RunRecord {
    return {
      version: 1,
      name,
      project: "linkerd-topology",
      topology: "lab",
      owner,
      created: new Date().toISOString(),
      expires: new Date(Date.now() + inHours * 3_600_000).toISOString(),
      docker: true,
      engineRemoves: false,
    };
  }

  /** @returns the directory of the run */
  async begun(record: RunRecord): Promise<string> {
    const place = runDirectory(record.name, this.env);
    await beginRun(place, record);
    await mkdir(path.join(place, "linkerd-topology", "backend"), { recursive: true });
    return place;
  }

  networkOf(record: RunRecord, place: string, labels: object = {}): object {
    return {
      Id: `id-${record.name}`,
      Name: `linkerd-topology-${record.name}`,
      Labels: {
        "dev.linkerd-topology.owner": `linkerd-topology/${record.name}`,
        ...runLabels(record, place),
        ...labels,
      },
    };
  }
}
