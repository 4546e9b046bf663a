import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { before, after, test } from "node:test";
import { execa } from "execa";
import { parse } from "yaml";
import { planOrThrow } from "../../planning/plan.ts";
import type { Topology } from "../../planning/topology.ts";
import type { List } from "../../kubernetes/objects.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { CheckResult } from "../../verification/index.ts";
import { differences } from "./api-objects.ts";
import { installByCli } from "./others-mesh.ts";
import { eventually } from "./environment.ts";
import type { OutsideCluster } from "./outside-clusters.ts";
import { OpenPage } from "./open-page.ts";
import { declareOutside, limitedKubeconfig } from "./outside-pair.ts";
import type { OutsidePair, OutsideScenario } from "./outside-pair.ts";

const main = path.resolve(import.meta.dirname, "../../environments/main.ts");

/** What changes in every running cluster: replicas of a Deployment, and which of them leads. */
const restless = /^[+-] \S+ (?:pods|leases|endpointslices|endpoints|replicasets) /;

/** It must be the last scenario, because it leaves a mesh in the clusters. */
const anyMesh: OutsideScenario = {
  name: "any-mesh",
  title: "a mesh that Linkerd's own command line made",
  tests,
};

function tests(pair: OutsidePair): void {
  let directory = "";
  let clusters: readonly OutsideCluster[] = [];

  before(async () => {
    clusters = [pair.north, pair.south];
    directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-any-mesh-"));
    await installByCli(pair, directory);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  /** Runs the command line, which gets nothing but the clusters' kubeconfigs. */
  const run = (command: string, ...options: string[]) =>
    runWith(
      clusters.map(({ kubeconfig }) => kubeconfig),
      command,
      ...options,
    );
  const runWith = (kubeconfigs: readonly string[], command: string, ...options: string[]) =>
    execa(process.execPath, [main, command, ...options, "--kubeconfig", ...kubeconfigs], {
      cwd: directory,
      reject: false,
      env: { NO_COLOR: "1" },
    });
  const verified = (stdout: string) =>
    JSON.parse(stdout) as { checks: CheckResult[]; notes: string[] };
  const failures = (checks: readonly CheckResult[]) =>
    checks.filter(({ state }) => state === "failed");

  test("verify finds it in order by its kubeconfigs alone, and changes nothing", async (context) => {
    const checks = await eventually("a mesh in order", timeLimits.meshProved, async () => {
      const { exitCode, stdout, stderr } = await run("verify", "--json");
      assert.equal(exitCode, 0, `${stderr}\n${stdout}`);
      return verified(stdout).checks;
    });
    // Linkerd has created its own mirrors by now.
    const before = await Promise.all(clusters.map((cluster) => pair.list(cluster)));
    assert.equal((await run("verify")).exitCode, 0);
    const links = checks.filter(({ check }) => check === "link-taken-up");
    assert.deepEqual(links.map(({ subject, state }) => `${subject} ${state}`).sort(), [
      "north → south passed",
      "south → north passed",
    ]);
    const mirrors = checks.find(({ check }) => check === "planned-mirrors");
    assert.equal(mirrors?.state, "passed");
    assert.ok(!checks.some(({ group }) => group === "traffic"));
    for (const [index, cluster] of clusters.entries()) {
      const now = differences(before[index] ?? new Map(), await pair.list(cluster));
      assert.deepEqual(
        now.filter((line) => !restless.test(line)),
        [],
      );
    }
    context.diagnostic((await run("verify")).stdout);
  });

  test("discover writes it as a topology that plans, and verify takes the file", async (context) => {
    const { exitCode, stderr } = await run("discover", "--output", "mesh.yaml");
    assert.equal(exitCode, 0, stderr);
    const text = await readFile(path.join(directory, "mesh.yaml"), "utf8");
    context.diagnostic(text);
    const topology = parse(text) as Topology;
    planOrThrow(topology, { name: "mesh" });
    assert.deepEqual(
      topology.clusters.map(({ name, apiServer }) => `${name} ${apiServer ?? ""}`),
      [pair.north, pair.south].map(({ name, node }) => `${name} https://${node}:6443`),
    );
    assert.deepEqual(topology.links, [{ between: ["north", "south"] }]);
    assert.deepEqual(topology.exports, [{ service: "web", namespace: "shop", from: "south" }]);
    for (const command of ["verify", "status"]) {
      const file = await execa(process.execPath, [main, command, "mesh.yaml", "--json"], {
        cwd: directory,
        reject: false,
        env: { XDG_STATE_HOME: directory },
      });
      assert.equal(file.exitCode, 0, `${file.stderr}\n${file.stdout}`);
    }
  });

  test("an account that may only look gets every check, and the page", async () => {
    const readers = await Promise.all(clusters.map((one) => limitedKubeconfig(one, "reader")));
    const told = ({ stdout }: { readonly stdout: string }) =>
      verified(stdout).checks.map(({ check, subject, state }) => `${check} ${subject} ${state}`);
    assert.deepEqual(
      told(await runWith(readers, "verify", "--json")),
      told(await run("verify", "--json")),
    );
    const page = await OpenPage.open(runWith(readers, "ui", "--no-open"));
    try {
      const model = await page.next();
      assert.deepEqual(
        model.clusters.map(({ name, problems, proxies }) => [name, problems, proxies.unread]),
        clusters.map(({ name }) => [name, [], undefined]),
      );
      assert.deepEqual(
        model.links.map(({ id }) => id),
        ["north → south", "south → north"],
      );
      assert.doesNotMatch(JSON.stringify(model), /forbidden/);
    } finally {
      await page.close();
    }
  });

  test("traffic is sent where somebody asks for it, and leaves nothing", async () => {
    const { stdout, stderr } = await run("verify", "--traffic", "--json");
    const { checks } = verified(stdout);
    assert.deepEqual(failures(checks), [], stderr);
    const asked = checks.filter(({ check }) => check === "credentials-accepted");
    assert.deepEqual(asked.map(({ subject, state }) => `${subject} ${state}`).sort(), [
      "north → south passed",
      "south → north passed",
    ]);
    for (const { api } of clusters) {
      const { items } = await api.get<List<{ metadata: { name: string } }>>("/api/v1/namespaces");
      assert.ok(!items.some(({ metadata }) => metadata.name.startsWith("linkerd-topology-verif")));
    }
  });

  test("a service mirror that is gone is told with how to look further", async () => {
    const { api } = pair.north;
    const deployment = "/apis/apps/v1/namespaces/linkerd-multicluster/deployments/controller-south";
    await api.patch(deployment, { spec: { replicas: 0 } });
    const { exitCode, stdout } = await run("verify");
    await api.patch(deployment, { spec: { replicas: 1 } });
    assert.equal(exitCode, 4, stdout);
    assert.match(stdout, /controller-south is scaled to 0/);
    assert.match(stdout, /kubectl --kubeconfig \S+ --context \S+ -n linkerd-multicluster get pods/);
    assert.doesNotMatch(stdout, /`(?:npm|npx|linkerd-topology)? ?[^`]*\bup\b[^`]*`/);
  });
}

declareOutside(import.meta.filename, [anyMesh]);
