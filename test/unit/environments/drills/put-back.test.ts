import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { journalFile, readJournal, writeJournal } from "../../../../environments/drills/journal.ts";
import type { Journal } from "../../../../environments/drills/journal.ts";
import { putBack, settleDrill } from "../../../../environments/drills/put-back.ts";
import { parseSubjects } from "../../../../environments/drills/subjects.ts";
import { findTaken, takeAway } from "../../../../environments/drills/take.ts";
import type { Taken } from "../../../../environments/drills/taken.ts";
import { connect } from "../../../../kubernetes/connect.ts";
import { planOrThrow } from "../../../../planning/plan.ts";
import { identify } from "../../../../toolchain/process-identity.ts";
import { FakeKubernetes } from "../../mesh/fake-kubernetes.ts";

const deployments = "/apis/apps/v1/namespaces/shop/deployments";
const web = `${deployments}/web`;
const multicluster = "/apis/apps/v1/namespaces/linkerd-multicluster/deployments";
const links = "/apis/multicluster.linkerd.io/v1alpha3/namespaces/linkerd-multicluster/links";
const plan = planOrThrow(
  { clusters: [{ name: "west" }, { name: "east" }], links: [{ between: ["west", "east"] }] },
  { name: "lab" },
);

let fake: FakeKubernetes;
let directory: string;
let env: Record<string, string>;
let lines: string[];

before(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "drill-test-"));
  env = { XDG_STATE_HOME: directory };
});
after(async () => {
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  fake = await FakeKubernetes.start();
  lines = [];
  fake.put("/api/v1/namespaces/shop/services", {
    metadata: { name: "web" },
    spec: { selector: { app: "web" } },
  });
  fake.put("/api/v1/namespaces/shop/services", { metadata: { name: "web-east" }, spec: {} });
  fake.put(deployments, {
    metadata: { name: "web" },
    spec: { replicas: 2, template: { metadata: { labels: { app: "web", version: "1" } } } },
  });
  fake.put(deployments, {
    metadata: { name: "other" },
    spec: { replicas: 1, template: { metadata: { labels: { app: "other" } } } },
  });
  fake.put("/apis/apps/v1/namespaces/shop/statefulsets", {
    metadata: { name: "db" },
    spec: { replicas: 1, template: { metadata: { labels: { app: "db" } } } },
  });
  fake.put("/api/v1/namespaces/shop/pods", {
    metadata: {
      name: "web-1",
      labels: { app: "web" },
      ownerReferences: [{ kind: "ReplicaSet" }],
    } as {
      name: string;
    },
    spec: { containers: [] },
  });
  fake.put(multicluster, { metadata: { name: "linkerd-gateway" }, spec: { replicas: 1 } });
  fake.put(links, {
    metadata: {
      name: "east",
      labels: { made: "here" },
      uid: "1",
      managedFields: [
        { manager: "controller", operation: "Update" },
        { manager: "pulumi", operation: "Apply" },
      ],
    } as { name: string },
    apiVersion: "multicluster.linkerd.io/v1alpha3",
    kind: "Link",
    spec: { targetClusterName: "east" },
    status: { mirrorServices: [] },
  });
});
afterEach(async () => {
  await fake.stop();
  await rm(journalFile("lab", env), { force: true });
});

const api = () => connect({ kubeconfig: fake.kubeconfig });
const open = () => api();
const find = (...texts: string[]): Promise<readonly Taken[]> =>
  findTaken(parseSubjects(texts, plan), api);
const replicas = (of: string): unknown =>
  (fake.get(of)?.["spec"] as { replicas?: number }).replicas;

async function journalOf(taken: readonly Taken[], nodes?: string[]): Promise<Journal> {
  const owner = await identify(process.pid);
  assert.ok(owner !== undefined);
  return {
    version: 1,
    stack: "lab",
    owner,
    began: new Date().toISOString(),
    clusters: ["west", "east"].map((name) => ({
      name,
      kubeconfigPath: "/nowhere",
      ...(nodes && { nodes }),
    })),
    taken: [...taken],
  };
}

/** A Docker with these containers, by their states. */
function dockerWith(states: Record<string, string>, calls: string[][] = []) {
  return {
    calls,
    callDocker: (args: readonly string[]): Promise<string> => {
      calls.push([...args]);
      const name = args.find((one) => one.startsWith("name="))?.slice("name=^/?".length, -1);
      return Promise.resolve(name === undefined ? "" : (states[name] ?? ""));
    },
  };
}

const tell = (line: string): void => {
  lines.push(line);
};

describe("a Service's pods", () => {
  test("are those of its workloads, which come back as many as they were", async () => {
    const taken = await find("pods:west/shop/web");
    assert.deepEqual(taken, [{ kind: "scale", cluster: "west", path: web, replicas: 2 }]);
    await takeAway(taken, api);
    assert.equal(replicas(web), 0);
    assert.equal(replicas(`${deployments}/other`), 1);
    const journal = await journalOf(taken);
    await writeJournal(journal, env);
    await putBack(journal, { env, tell, open });
    assert.equal(replicas(web), 2);
    assert.deepEqual(lines, ["put back: west: deployments/web of shop, 2 replicas"]);
    assert.equal(await readJournal("lab", env), undefined);
    assert.deepEqual(await readdir(path.join(directory, "linkerd-topology")), []);
  });

  test("that somebody has scaled meanwhile stay so", async () => {
    const taken = await find("pods:west/shop/web");
    await putBack(await journalOf(taken), { env, tell, open });
    assert.equal(replicas(web), 2);
    fake.remove(web);
    await putBack(await journalOf(taken), { env, tell, open });
    assert.deepEqual(
      lines.map((line) => line.split(":")[0]),
      ["there already", "gone meanwhile"],
    );
  });

  test("are refused where nobody would start them again, or there are none", async () => {
    fake.put("/api/v1/namespaces/shop/pods", {
      metadata: { name: "bare", labels: { app: "web" } },
      spec: { containers: [] },
      status: { phase: "Running" },
    });
    await assert.rejects(find("pods:west/shop/web"), /bare could not be put back/);
    await assert.rejects(find("pods:west/shop/none"), /west has no Service shop\/none/);
    await assert.rejects(find("pods:west/shop/web-east"), /selects no pods/);
    await assert.rejects(find("gateway:west", "pods:west/shop/none", "issuer:west"), (error) => {
      assert.match(String(error), /no Service/);
      assert.match(String(error), /issuer:west: there is no .*linkerd-identity/);
      assert.doesNotMatch(String(error), /gateway/);
      return true;
    });
  });
});

test("a Link comes back as who made it had it", async () => {
  const taken = await find("link:west/east");
  assert.deepEqual(taken, [
    {
      kind: "object",
      cluster: "west",
      path: `${links}/east`,
      object: {
        apiVersion: "multicluster.linkerd.io/v1alpha3",
        kind: "Link",
        metadata: { name: "east", namespace: "linkerd-multicluster", labels: { made: "here" } },
        spec: { targetClusterName: "east" },
      },
      manager: "pulumi",
    },
  ]);
  await takeAway(taken, api);
  assert.equal(fake.get(`${links}/east`), undefined);
});

test("the token of an account comes back without its content having left the cluster", async () => {
  const secrets = "/api/v1/namespaces/linkerd-multicluster/secrets";
  const name = "linkerd-access-from-west.token-1";
  fake.put(secrets, {
    metadata: {
      name,
      annotations: { "kubernetes.io/service-account.name": "linkerd-access-from-west" },
      managedFields: [{ manager: "pulumi", operation: "Apply" }],
    } as { name: string },
    apiVersion: "v1",
    kind: "Secret",
    type: "kubernetes.io/service-account-token",
    data: { token: "aHVudGVyMg==" },
  });
  const taken = await find("credential:west/east");
  assert.doesNotMatch(JSON.stringify(taken), /aHVudGVyMg/);
  const [{ cluster } = { cluster: "" }] = taken;
  assert.equal(cluster, "east");
  await takeAway(taken, api);
  assert.ok(!fake.has(`${secrets}/${name}`));
  const journal = await journalOf(taken);
  await writeJournal(journal, env);
  await putBack(journal, { env, tell, open });
  const { type, metadata, data } = fake.get(`${secrets}/${name}`) ?? { metadata: { name: "" } };
  assert.equal(type, "kubernetes.io/service-account-token");
  assert.equal(data, undefined);
  assert.deepEqual(metadata.annotations, {
    "kubernetes.io/service-account.name": "linkerd-access-from-west",
  });
});

test("the gateway's pods are deleted, and left to their Deployment", async () => {
  const pods = "/api/v1/namespaces/linkerd-multicluster/pods";
  fake.put(pods, { metadata: { name: "gateway-1", labels: { app: "linkerd-gateway" } } });
  fake.put(pods, { metadata: { name: "controller-1", labels: { app: "controller" } } });
  const taken = await find("gateway-pod:east");
  assert.deepEqual(taken, [{ kind: "pod", cluster: "east", path: `${pods}/gateway-1` }]);
  await takeAway(taken, api);
  assert.ok(!fake.has(`${pods}/gateway-1`) && fake.has(`${pods}/controller-1`));
  await putBack(await journalOf(taken), { env, tell, open });
  assert.deepEqual(lines, ["left to its controller: east: pods/gateway-1 of linkerd-multicluster"]);
});

test("what fails to be taken away doesn't leave the rest to be taken later", async () => {
  const taken = await find("cluster-freeze:west", "node-stop:east");
  const done: string[] = [];
  await assert.rejects(
    takeAway(taken, api, async ([command = ""]) => {
      if (command === "pause") throw new Error("no such container");
      await new Promise((resolve) => setTimeout(resolve, 50));
      done.push(command);
      return "";
    }),
    /no such container/,
  );
  assert.deepEqual(done, ["stop"]);
});

describe("nodes", () => {
  test("that are restarted come back by themselves, or are started", async () => {
    const taken = await find("node-restart:west");
    const taking = dockerWith({});
    await takeAway(taken, api, taking.callDocker);
    assert.deepEqual(taking.calls, [["restart", "--time", "1", "lab-west-control-plane"]]);
    for (const [state, said, calls] of [
      ["running", "there already", []],
      ["exited", "put back", [["start", "lab-west-control-plane"]]],
    ] as const) {
      lines = [];
      const docker = dockerWith({ "lab-west-control-plane": state });
      await putBack(await journalOf(taken), { env, tell, open, ...docker });
      assert.match(lines.join(), new RegExp(`^${said}: `));
      assert.deepEqual(
        docker.calls.filter(([command]) => command !== "ps"),
        calls,
      );
    }
  });

  test("are stopped, frozen, and started again, as they are by then", async () => {
    const taken = await find("cluster-freeze:west", "node-stop:east");
    const taking = dockerWith({});
    await takeAway(taken, api, taking.callDocker);
    assert.deepEqual(taking.calls, [
      ["pause", "lab-west-control-plane"],
      ["stop", "--time", "1", "lab-east-control-plane"],
    ]);
    const docker = dockerWith({
      "lab-west-control-plane": "paused",
      "lab-east-control-plane": "exited",
    });
    await putBack(await journalOf(taken), { env, tell, open, ...docker });
    assert.deepEqual(
      docker.calls.filter(([command]) => command !== "ps"),
      [
        ["unpause", "lab-west-control-plane"],
        ["start", "lab-east-control-plane"],
      ],
    );
  });

  test("that are gone take all with them", async () => {
    const taken = [...(await find("node-stop:west")), ...(await find("pods:west/shop/web"))];
    const docker = dockerWith({});
    await putBack(await journalOf(taken, ["lab-west-control-plane"]), {
      env,
      tell,
      open: () => assert.fail("there is nothing to connect to"),
      ...docker,
    });
    assert.deepEqual(
      lines.map((line) => line.split(":")[0]),
      ["gone with its cluster", "gone with its cluster"],
    );
  });
});

test("an API server's manifest is moved away, and back, unless somebody has done that", async () => {
  const taken = await find("api-server:west");
  const [away, file] = [
    "/etc/kubernetes/kube-apiserver.taken-by-drill.yaml",
    "kube-apiserver.yaml",
  ];
  const taking = dockerWith({});
  await takeAway(taken, api, taking.callDocker);
  const manifest = `/etc/kubernetes/manifests/${file}`;
  assert.deepEqual(taking.calls, [["exec", "lab-west-control-plane", "mv", manifest, away]]);
  for (const [answer, said] of [
    ["moved\n", "put back"],
    ["", "there already"],
  ] as const) {
    lines = [];
    const back = dockerWith({ "lab-west-control-plane": "running" });
    await putBack(await journalOf(taken), {
      ...{ env, tell, open },
      callDocker: async (args) => (args[0] === "exec" ? answer : back.callDocker(args)),
    });
    assert.match(lines.join(), new RegExp(`^${said}: west: API server`));
  }
});

describe("the journal", () => {
  test("keeps what could not be put back, and says how to do it by hand", async () => {
    const journal = await journalOf(await find("gateway:east", "pods:west/shop/web"));
    await takeAway(journal.taken, api);
    await writeJournal(journal, env);
    fake.answers.set(web, { status: 401, body: { reason: "Unauthorized" } });
    await assert.rejects(
      putBack(journal, { env, tell, open }),
      /deployments\/web of shop.*\n.*By hand: kubectl -n shop scale deployments\/web --replicas 2/,
    );
    assert.equal(replicas(`${multicluster}/linkerd-gateway`), 1);
    assert.deepEqual((await readJournal("lab", env))?.taken, [
      { kind: "scale", cluster: "west", path: web, replicas: 2 },
    ]);
  });

  test("is for its user alone", async () => {
    await writeJournal(await journalOf([]), env);
    assert.equal((await stat(journalFile("lab", env))).mode & 0o777, 0o600);
  });

  test("that can't be read is no journal that isn't there", async () => {
    await writeJournal(await journalOf([]), env);
    await writeFile(journalFile("lab", env), "{}");
    await assert.rejects(readJournal("lab", env), /drills\/lab\.json, the journal of a drill/);
  });

  test("of a drill at work stops who would change something, and nobody who looks", async () => {
    await writeJournal(await journalOf([]), env);
    for (const command of ["up", "down", "drill", "upgrade"]) {
      await assert.rejects(
        settleDrill({ stack: "lab", env, command, tell }),
        new RegExp(`at work \\(process ${process.pid}\\): wait for it`),
      );
    }
    await settleDrill({ stack: "lab", env, command: "status", tell });
    assert.match(lines.join(), /at work/);
  });

  test("of one that was killed is dealt with by the next command", async () => {
    const journal = await journalOf(await find("pods:west/shop/web"), []);
    const owner = { ...journal.owner, start: "1" };
    await writeJournal({ ...journal, owner }, env);
    await settleDrill({ stack: "lab", env, command: "preflight", tell });
    assert.match(await readFile(journalFile("lab", env), "utf8"), /shop/);
    await settleDrill({ stack: "lab", env, command: "status", tell });
    assert.match(lines.join(), /was killed: putting back what it took away,gone with its cluster/);
    assert.equal(await readJournal("lab", env), undefined);
  });
});
