import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { writeBundle } from "../../../environments/bundle.ts";
import type { Mesh, Verification } from "../../../verification/index.ts";
import { verify } from "../../../verification/index.ts";
import { readArchive } from "../../archive.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { meshOfTwo, withIngress } from "./planned.ts";
import { core } from "./running.ts";
import { encodedKubeconfig, password, planted, privateKey, secrets, webToken } from "./secrets.ts";
import { thoroughCluster } from "./thorough-cluster.ts";

describe("a bundle", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-"));
    west = await thoroughCluster({ name: "west", target: "east", octet: 10 });
    east = await thoroughCluster({ name: "east", target: "west", octet: 20 });
  });
  afterEach(async () => {
    await Promise.all([west.stop(), east.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  const mesh = (): Mesh => meshOfTwo(west, east);
  const look = (): Promise<Verification> => verify(mesh(), { traffic: false, limit: 0 });

  /** Variables with which `docker` is a script. */
  const withDocker = async (script: string): Promise<Record<string, string>> => {
    const file = path.join(directory, "docker");
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    return { PATH: `${directory}:${process.env["PATH"] ?? ""}` };
  };
  const noDocker = "echo no such container >&2; exit 1";

  it("holds what helps, for its owner's eyes only", async () => {
    const gateway = `${core}/linkerd-multicluster/pods/linkerd-gateway-5d8f-abcde`;
    west.answers.set(`${gateway}/log`, ok("a line of the log"));
    for (const fake of [west, east]) {
      fake.put(`${core}/linkerd-multicluster/events`, {
        metadata: { name: "one" },
        type: "Warning",
        reason: "Unhealthy",
        message: "Readiness probe failed",
        lastTimestamp: "2026-01-06T10:00:00Z",
        involvedObject: { kind: "Pod", namespace: "linkerd-multicluster", name: "linkerd-gateway" },
      });
    }
    const inspected = JSON.stringify([
      { Name: "/node", Config: { Env: ["KUBECONFIG=/etc/kubernetes/admin.conf"] } },
    ]);
    const env = await withDocker(
      `case "$*" in *inspect*) echo '${inspected}';; *) echo "ran $*";; esac`,
    );
    const file = await writeBundle(mesh(), await look(), { directory, env });
    assert.match(path.basename(file), /^two-20.*Z\.tar\.gz$/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const files = await readArchive(file);
    for (const name of [
      "README.txt",
      "verification.txt",
      "plan.json",
      ...["west", "east"].flatMap((cluster) =>
        [
          "events.txt",
          "nodes.yaml",
          "pods.txt",
          "links.yaml",
          "services.yaml",
          "endpoints.yaml",
        ].map((part) => `clusters/${cluster}/${part}`),
      ),
      "nodes/two-west-control-plane/inspect.json",
    ]) {
      assert.ok(files.has(name), `${name} is missing among ${[...files.keys()].join(", ")}`);
    }
    assert.equal(
      files.get("clusters/west/linkerd-multicluster/logs/linkerd-gateway-5d8f-abcde/main.log"),
      "a line of the log\n",
    );
    assert.match(
      files.get("clusters/west/events.txt") ?? "",
      /2026-01-06T10:00:00Z {2}Warning {2}Unhealthy {2}linkerd-multicluster\/Pod\/linkerd-gateway {2}Readiness/,
    );
    assert.equal(
      files.get("nodes/two-west-control-plane/routes.txt"),
      "ran exec two-west-control-plane ip route\n",
    );
    const document = JSON.parse(files.get("verification.json") ?? "") as { proved: boolean };
    assert.equal(document.proved, true);
    assert.match(
      files.get("nodes/two-west-control-plane/inspect.json") ?? "",
      /"KUBECONFIG=\[removed\]"/,
    );
  });

  it("holds what the proxies of an ingress say that is the gateway, and not what the ingress says", async () => {
    const pods = `${core}/ingress/pods`;
    west.put(pods, {
      metadata: { name: "traefik-0", labels: { app: "traefik" } },
      spec: { containers: [{ name: "linkerd-proxy" }, { name: "traefik" }] },
      status: { phase: "Running" },
    });
    west.answers.set(`${pods}/traefik-0/log`, ok("a line"));
    west.answers.set(`${pods}/traefik-0:4191/proxy/metrics`, ok("a figure"));
    const env = await withDocker(noDocker);
    const plan = withIngress("west", {
      namespace: "ingress",
      selector: { app: "traefik" },
      serviceAccount: "traefik",
    });
    const file = await writeBundle({ ...mesh(), plan }, await look(), { directory, env });
    const found = [...(await readArchive(file)).keys()];
    assert.deepEqual(found.filter((name) => name.startsWith("clusters/west/ingress/")).sort(), [
      "clusters/west/ingress/logs/traefik-0/linkerd-proxy.log",
      "clusters/west/ingress/metrics/traefik-0-4191.txt",
    ]);
  });

  it("holds no secret, wherever one is planted", async () => {
    const all = planted.join("\n");
    for (const fake of [west, east]) {
      const pods = `${core}/linkerd-multicluster/pods`;
      const gateway = "linkerd-gateway-5d8f-abcde";
      fake.answers.set(`${pods}/${gateway}/log`, ok(all));
      fake.answers.set(`${pods}/${gateway}:4191/proxy/metrics`, ok(all));
      const pod = fake.get(`${pods}/${gateway}`);
      assert.ok(pod);
      fake.put(pods, {
        ...pod,
        metadata: { ...pod.metadata, annotations: { note: all } },
        spec: {
          containers: [
            {
              name: "main",
              env: [
                { name: "DB_PASSWORD", value: password },
                { name: "NOTE", value: all },
              ],
            },
          ],
        },
      });
      fake.put(`${core}/default/secrets`, {
        metadata: { name: "cluster-credentials-east" },
        data: { kubeconfig: encodedKubeconfig },
      });
      fake.put(`${core}/default/events`, { metadata: { name: "e" }, message: all });
      fake.put(`${core}/default/services`, {
        metadata: {
          name: "web",
          labels: { "mirror.linkerd.io/exported": "true" },
          annotations: { "kubectl.kubernetes.io/last-applied-configuration": all, note: all },
        },
      });
      const node = fake.get("/api/v1/nodes/two-west-control-plane");
      if (node) fake.put("/api/v1/nodes", { ...node, note: all });
    }
    await writeFile(path.join(directory, "planted"), all);
    const inspected = [
      { Config: { Env: [`TOKEN=${webToken}`, `X=${password}`] }, Args: [privateKey] },
    ];
    await writeFile(path.join(directory, "inspected"), JSON.stringify(inspected));
    const env = await withDocker(
      `case "$*" in *inspect*) cat ${directory}/inspected;; *) cat ${directory}/planted;; esac`,
    );
    const verification = await look();
    const results = verification.results.map((result, index) =>
      index < planted.length
        ? { ...result, state: "failed" as const, problem: planted[index] ?? "", mend: all }
        : result,
    );
    const file = await writeBundle(mesh(), { ...verification, results }, { directory, env });
    const files = await readArchive(file);
    assert.ok(files.has("nodes/two-east-control-plane/kubelet.log"));
    for (const [name, text] of files) {
      for (const secret of [...secrets, "hunter2"]) {
        assert.ok(!text.includes(secret), `${name} holds ${secret}`);
      }
      if (name.endsWith(".json")) assert.doesNotThrow(() => JSON.parse(text) as unknown, name);
    }
    assert.ok(
      ![...west.requests, ...east.requests].some((request) =>
        /^GET .*\/secrets\/cluster-credentials/.test(request),
      ),
    );
  });

  it("says what couldn't be had, and is written all the same", async () => {
    const access = mesh();
    const verification = await look();
    await east.stop();
    west.answers.set("/api/v1/nodes", {
      status: 403,
      body: { reason: "Forbidden", message: "no" },
    });
    const file = path.join(directory, "mine.tar.gz");
    const env = await withDocker(noDocker);
    assert.equal(await writeBundle(access, verification, { file, env }), file);
    const files = await readArchive(file);
    const errors = files.get("errors.txt") ?? "";
    assert.match(errors, /^clusters\/east\/api\.txt: no answer to GET .*ECONNREFUSED/m);
    assert.match(errors, /^clusters\/west\/nodes\.yaml: GET .*403 Forbidden: no$/m);
    assert.match(errors, /^nodes\/two-west-control-plane\/inspect\.json: .*no such container/m);
    assert.ok(files.has("clusters/west/links.yaml"));
  });

  it("can't be written where there is no directory", async () => {
    const env = await withDocker(noDocker);
    const file = path.join(directory, "nowhere", "mine.tar.gz");
    await assert.rejects(writeBundle(mesh(), await look(), { file, env }), /ENOENT/);
  });
});
