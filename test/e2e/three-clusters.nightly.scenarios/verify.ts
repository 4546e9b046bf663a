import assert from "node:assert/strict";
import type { LinkPlan } from "../../../planning/plan-types.ts";
import { multiclusterNamespace } from "../../../planning/names.ts";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";
import type { UpResult } from "../../../environments/up.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import type { CheckResult, Mesh } from "../../../verification/index.ts";
import { observe } from "../../../verification/observe.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import type { LinkObject, List, Metadata } from "../../../kubernetes/objects.ts";
import { linkPath } from "../../../linkerd/names.ts";
import { expiresAnnotation, verificationLabel } from "../../../verification/traffic/names.ts";
import type { WaitLimits } from "../../../verification/traffic/options.ts";
import { verifyTraffic } from "../../../verification/traffic/verify-traffic.ts";
import { eventually, type TestEnvironment } from "../environment.ts";
import { kubeconfigIn } from "../kubeconfigs.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { baseTopology } from "../three-clusters.ts";

const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

export const verify: Scenario = {
  name: "verify",
  title: "traffic is verified",
  topology: baseTopology,
  tests,
};

function tests(shared: SharedClusters): void {
  let environment: TestEnvironment;
  let first: UpResult;
  let mesh: Mesh;
  const apis = new Map<string, KubernetesApi>();

  before(async () => {
    environment = shared.environment;
    first = shared.entered;
    const names = first.plan.clusters.map(({ name }) => name);
    for (const name of names) apis.set(name, shared.api(name));
    const clusters = names.map(async (name) => ({
      name,
      kubeconfigPath: await kubeconfigIn(environment.directory, name),
    }));
    mesh = { plan: first.plan, clusters: await Promise.all(clusters) };
  });

  const api = (cluster: string): KubernetesApi => {
    const found = apis.get(cluster);
    assert.ok(found);
    return found;
  };
  const verify = async (limit: WaitLimits = {}): Promise<readonly CheckResult[]> =>
    verifyTraffic(mesh, await observe(mesh), { limit });

  test("every way of every Link, as far as there is a data plane, and no trace afterwards", async () => {
    const started = performance.now();
    const results = await verify();
    const skipped = results.filter(({ state }) => state === "not run").length;
    const seconds = (performance.now() - started) / 1_000;
    process.stderr.write(`${results.length} results, ${skipped} not run, in ${seconds} s\n`);
    assert.deepEqual(failuresIn(results), []);
    const traffic = results.filter(({ check }) => check.endsWith("-traffic"));
    assert.ok(traffic.length > 0, "no traffic was asked about");
    const state = shared.withoutDataPlane === undefined ? "passed" : "not run";
    assert.deepEqual([...new Set(traffic.map((one) => one.state))], [state]);
    const others = results.filter((one) => !traffic.includes(one));
    assert.deepEqual([...new Set(others.map((one) => one.state))], ["passed"]);
    const asked = [...new Set(results.map(({ subject, check }) => `${subject} ${check}`))];
    for (const expected of [
      ...["west → east", "east → west"].flatMap((link) =>
        ["gateway", "headless", "flat", "federated"].map((kind) => `${link} ${kind}-endpoints`),
      ),
      "north → east gateway-mirror",
      "north → east headless-control",
      "north → east credentials-accepted",
      "north → west no-way-without-link",
    ]) {
      assert.ok(asked.includes(expected), expected);
    }
    assert.deepEqual(await leftovers(), []);
  });

  test("a role that was taken away is found from a pod of the source, and only there", async () => {
    const account = first.plan.links.find(
      ({ source, target }) => source === "north" && target === "east",
    )?.accessAccount;
    assert.ok(account !== undefined);
    const { items } = await api("east").get<List<Binding>>(bindings);
    const taken = items.filter(({ subjects = [] }) =>
      subjects.some(({ name }) => name === account),
    );
    assert.ok(taken.length > 0);
    for (const { metadata } of taken) await api("east").delete(`${bindings}/${metadata.name}`);
    try {
      const failures = failuresIn(await verify()).filter(
        ({ check }) => check === "credentials-accepted",
      );
      assert.deepEqual(
        failures.map(({ subject }) => subject),
        ["north → east"],
      );
      assert.match(failures[0]?.problem ?? "", /status 403: services is forbidden/);
    } finally {
      for (const { metadata, ...rest } of taken) {
        const { name, labels = {} } = metadata;
        await api("east").post(bindings, { ...rest, metadata: { name, labels } });
      }
    }
  });

  test("a Link that selects something else than planned is found by the mirrors that don't come", async () => {
    const link = linkPath(multiclusterNamespace, "east");
    const { spec } = await api("north").get<LinkObject & { spec: { selector: object } }>(link);
    const matchLabels = { "mirror.linkerd.io/exported": "no-more" };
    await api("north").patch(link, { spec: { selector: { matchLabels } } });
    try {
      // Its mirrors never come; those of the other Links are there within a second or two.
      const limit = { mirrorFollows: 15_000, federatedComplete: 15_000 };
      const failures = failuresIn(await verify(limit));
      const others = failures.filter(({ subject }) => subject !== "north → east");
      assert.deepEqual(others, []);
      const mirror = failures.find(({ check }) => check === "gateway-mirror");
      assert.match(mirror?.problem ?? "", /north has no Service gateway-east/);
    } finally {
      await api("north").patch(link, { spec: { selector: spec.selector } });
    }
  });

  test("what a killed verification left goes with the next one after it has expired", async () => {
    // One Link is enough to leave something, and to look.
    const isOne = ({ source, target }: LinkPlan) => source === "north" && target === "east";
    const some = { ...mesh, plan: { ...mesh.plan, links: mesh.plan.links.filter(isOne) } };
    const killed = await kill(some);
    assert.ok(killed.length > 0);
    await verifyTraffic(some, await observe(some));
    assert.deepEqual(await leftovers(), killed, "one that may still be at work is left alone");
    for (const [cluster, name] of killed.map((one) => one.split(" "))) {
      await api(cluster ?? "").patch(`/api/v1/namespaces/${name ?? ""}`, {
        metadata: { annotations: { [expiresAnnotation]: new Date(0).toISOString() } },
      });
    }
    assert.deepEqual(failuresIn(await verify()), []);
    await eventually("the leftovers to be gone", timeLimits.probesRemoved, async () =>
      (await leftovers()).length === 0 ? true : undefined,
    );
  });

  /** Kills a verification at work, and tells what it left. */
  async function kill(some: Mesh): Promise<string[]> {
    const file = path.join(environment.directory, "mesh.json");
    await writeFile(file, JSON.stringify(some));
    const child = spawn(process.execPath, [
      path.join(import.meta.dirname, "..", "verify-child.ts"),
      file,
    ]);
    const ended = once(child, "exit");
    try {
      await eventually("namespaces of it", timeLimits.probesReady, async () =>
        (await leftovers()).length === apis.size ? true : undefined,
      );
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
    return leftovers();
  }

  /** `cluster namespace` of every verification. */
  async function leftovers(): Promise<string[]> {
    const found = [...apis].map(async ([cluster, one]) => {
      const { items } = await one.get<List<{ readonly metadata: Metadata }>>("/api/v1/namespaces", {
        labelSelector: verificationLabel,
      });
      return items.map(({ metadata }) => `${cluster} ${metadata.name}`);
    });
    return (await Promise.all(found)).flat();
  }
}

interface Binding {
  readonly metadata: Metadata;
  readonly subjects?: readonly { readonly name: string }[];
}

function failuresIn(results: readonly CheckResult[]) {
  return results.filter((result) => result.state === "failed");
}
