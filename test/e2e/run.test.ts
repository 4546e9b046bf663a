import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { docker, dockerList } from "../../environments/docker.ts";
import { listRuns, reap, removeRun } from "../../environments/reap.ts";
import type { RunMesh } from "../../environments/runs/run-mesh.ts";
import { withTopology } from "../../environments/with-topology.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { connect } from "../../kubernetes/connect.ts";
import { EphemeralRuns, inThisProcess, type StartedRun } from "./ephemeral.ts";
import { eventually } from "./environment.ts";

/** Enough to have containers, a network, files and processes of every kind. */
const tiny = { clusters: [{ name: "west" }] };

/** Who sends SIGTERM kills after ten seconds, as a rule. */
const secondsToLive = 10_000;

describe("a run", { timeout: 1_200_000 }, () => {
  let runs: EphemeralRuns;
  before(async () => {
    runs = await EphemeralRuns.create("run", tiny);
  });
  after(async () => {
    await runs.dispose();
  });

  /** Nothing is left, now or as soon as whoever is at it has ended. */
  async function assertGone(limit = 0): Promise<void> {
    if (limit > 0) {
      await eventually("the end of everything", limit, async () =>
        (await runs.traces()).length === 0 ? true : undefined,
      ).catch(() => undefined);
    }
    assert.deepEqual(await runs.traces(), []);
  }

  /** What there is of one run. */
  async function tracesOf(name: string): Promise<string[]> {
    return (await runs.traces()).filter((trace) => trace.includes(name));
  }

  async function containerOf(): Promise<void> {
    await eventually("a container", timeLimits.clusterCreate, async () => {
      const rows = await dockerList(["ps", "--all"]);
      return rows.some((row) => row["Names"]?.includes(runs.base)) ? true : undefined;
    });
  }

  /** They begin together: clusters that are made at the same time take little longer than one. */
  let failing: StartedRun;
  let stubborn: StartedRun;
  const seenFile = () => path.join(runs.directory, "seen.json");

  test("three at the same time: a function on a mesh ends well, and nothing of it is left", async () => {
    failing = runs.start([process.execPath, "-e", `${tellWhatIsSeen}process.exit(7)`, seenFile()], {
      keep: true,
    });
    stubborn = runs.start([
      "sh",
      "-c",
      "trap '' TERM; sleep 600 & echo started >&2; wait; sleep 600",
    ]);
    const name = await withTopology(
      { file: runs.topology },
      async (mesh) => {
        await assertMesh(mesh);
        return mesh.name;
      },
      inThisProcess(runs),
    );
    assert.deepEqual(await tracesOf(name), []);
  });

  test("the command's failure is returned, and kept where that was asked for", async () => {
    const { exit, log } = await failing.ended;
    assert.equal(exit, 7);
    assert.match(log, /is kept until/);
    const seen = JSON.parse(await readFile(seenFile(), "utf8")) as Seen;
    assertSeen(seen);
    // The other run's.
    assert.equal((await runs.guardians()).length, 1);

    const kept = (await runs.records()).filter((record) => record.kept !== undefined);
    const [record] = kept;
    assert.ok(record !== undefined && kept.length === 1);
    assert.equal(record.name, seen.env["LINKERD_TOPOLOGY_NAME"]);
    assert.match(record.kept ?? "", /node ended with 7/);
    // The command's arguments may be secrets.
    assert.doesNotMatch(`${log}${JSON.stringify(record)}`, /exit\(7/);
    const { removed, left } = await reap({ env: runs.env });
    assert.deepEqual(removed, []);
    assert.match(left.find(({ name }) => name === record.name)?.why ?? "", /was kept/);
    await docker(["inspect", `${record.name}-west-control-plane`]);
    const listed = (await listRuns({ env: runs.env })).map(({ name }) => name);
    assert.ok(listed.includes(record.name));

    assert.equal(await removeRun("e2e-no-such-run-abc123", { env: runs.env }), false);
    assert.equal(await removeRun(record.name, { env: runs.env }), true);
    assert.deepEqual(await tracesOf(record.name), []);
    assert.notDeepEqual(await runs.traces(), [], "the other run is there");
  });

  test("SIGTERM while the command runs, which ignores it: gone within ten seconds", async () => {
    await eventually("the command", timeLimits.clusterCreate * 2, () =>
      Promise.resolve(stubborn.log().includes("\nrunning sh") ? true : undefined),
    );
    const begun = performance.now();
    process.kill(stubborn.pid, "SIGTERM");
    const { exit } = await stubborn.ended;
    const took = performance.now() - begun;
    assert.equal(exit, 143);
    await assertGone();
    process.stderr.write(`SIGTERM: everything gone after ${(took / 1000).toFixed(1)} s\n`);
    assert.ok(took < secondsToLive, `it took ${took} ms`);
  });

  test("Ctrl-C while the cluster is being made", async () => {
    const run = runs.start(["true"]);
    await containerOf();
    process.kill(run.pid, "SIGINT");
    assert.equal((await run.ended).exit, 130);
    await assertGone();
  });

  test("the engine is killed: an error, and nothing is left", async () => {
    const run = runs.start(["true"]);
    await containerOf();
    const engine = await engineOf(runs);
    process.kill(engine, "SIGKILL");
    const { exit, log } = await run.ended;
    assert.equal(exit, 99);
    assert.match(log, /SIGKILL ended Pulumi/);
    await assertGone();
  });

  test("kill -9 of the run: its guardian takes everything away", async () => {
    const run = runs.start(["true"]);
    await containerOf();
    process.kill(run.pid, "SIGKILL");
    await run.ended;
    await assertGone(timeLimits.runTakenDown);
  });

  test("kill -9 of the guardian: there is another one", async () => {
    const run = runs.start(["true"]);
    await eventually("a record", timeLimits.apiRequest, async () =>
      (await runs.records()).length > 0 ? true : undefined,
    );
    const [guardian = 0] = await eventually("a guardian", timeLimits.apiRequest, async () => {
      const found = await runs.guardians();
      return found.length > 0 ? found : undefined;
    });
    process.kill(guardian, "SIGKILL");
    await eventually("another guardian", timeLimits.apiRequest, async () => {
      const found = await runs.guardians();
      return found.length > 0 && !found.includes(guardian) ? true : undefined;
    });
    process.kill(run.pid, "SIGHUP");
    assert.equal((await run.ended).exit, 129);
    await assertGone();
  });

  test("kill -9 of both: reap takes everything away, and nothing else", async () => {
    const run = runs.start(["true"]);
    await containerOf();
    for (const pid of await runs.guardians()) process.kill(pid, "SIGKILL");
    process.kill(run.pid, "SIGKILL");
    await run.ended;
    const [record] = await runs.records();
    assert.ok(record !== undefined);
    const dry = await reap({ env: runs.env, dryRun: true });
    assert.deepEqual(
      dry.removed.map(({ name }) => name),
      [record.name],
    );
    assert.notDeepEqual(await runs.traces(), []);
    const { removed, failed } = await reap({ env: runs.env });
    assert.deepEqual(
      removed.map(({ name }) => name),
      [record.name],
    );
    assert.deepEqual(failed, []);
    await assertGone();
  });
});

interface Seen {
  readonly env: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  readonly modes: readonly number[];
}

/** A program for the command: writes what it finds to a file. */
const tellWhatIsSeen = `
  const fs = require("node:fs");
  const files = [process.env.KUBECONFIG, process.env.KUBECONFIG_WEST, process.env.LINKERD_TOPOLOGY_PLAN];
  fs.writeFileSync(process.argv[1], JSON.stringify({
    env: process.env,
    kubeconfig: fs.readFileSync(files[0], "utf8"),
    modes: files.map((file) => fs.statSync(file).mode & 0o777),
  }));
`;

function assertSeen({ env, kubeconfig, modes }: Seen): void {
  const config = parse(kubeconfig) as { "current-context": string; contexts: { name: string }[] };
  assert.equal(config["current-context"], "west");
  assert.deepEqual(
    config.contexts.map(({ name }) => name),
    ["west"],
  );
  assert.deepEqual(modes, [0o600, 0o600, 0o600]);
  const own = Object.keys(process.env);
  const added = Object.keys(env).filter((key) => !own.includes(key) && key !== "XDG_STATE_HOME");
  assert.deepEqual(added.filter((key) => !["_", "PWD", "SHLVL", "OLDPWD"].includes(key)).sort(), [
    "KUBECONFIG",
    "KUBECONFIG_WEST",
    "LINKERD_TOPOLOGY_NAME",
    "LINKERD_TOPOLOGY_PLAN",
    "LINKERD_TOPOLOGY_RUN",
  ]);
}

/** The mesh is what it says, and can be traced from Docker alone. */
async function assertMesh(mesh: RunMesh): Promise<void> {
  assert.equal(mesh.plan.name, mesh.name);
  const [west] = mesh.clusters;
  assert.ok(west !== undefined);
  for (const file of [west.kubeconfigPath, mesh.kubeconfigPath]) {
    const api = await connect({ kubeconfigPath: file, context: "west" });
    const { items } = await api.get<{ items: { metadata: { name: string } }[] }>("/api/v1/nodes");
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      [`${mesh.name}-west-control-plane`],
    );
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  }
  assert.equal(mesh.env["KUBECONFIG"], mesh.kubeconfigPath);
  const network = JSON.parse(
    await docker(["network", "inspect", mesh.plan.network.name, "--format", "{{json .Labels}}"]),
  ) as Record<string, string>;
  assert.equal(network["dev.linkerd-topology.owner"], `linkerd-topology/${mesh.name}`);
  assert.equal(network["dev.linkerd-topology.run"], mesh.name);
  assert.ok(Date.parse(network["dev.linkerd-topology.expires"] ?? "") > Date.now());
  assert.match(network["dev.linkerd-topology.process"] ?? "", new RegExp(`/${process.pid}/\\d+$`));
}

async function engineOf(runs: EphemeralRuns): Promise<number> {
  const [record] = await runs.records();
  const { processesOf } = await import("../../environments/runs/processes.ts");
  const found = await processesOf(record?.name ?? "");
  const engine = found.find(({ program }) => program === "pulumi");
  assert.ok(engine !== undefined, "no engine runs");
  return engine.pid;
}
