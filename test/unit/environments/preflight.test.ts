import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { createSocket } from "node:dgram";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { describe, test } from "node:test";
import { temporaryDirectory } from "../../temporary.ts";
import type { State } from "../../../environments/state.ts";
import { checkVersionsInClusters } from "../../../environments/preflight/versions-in-clusters.ts";
import { managedBy } from "../../../linkerd/traffic-objects.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { checkCharts } from "../../../environments/preflight/charts.ts";
import { checkExistingClusters } from "../../../environments/preflight/existing-clusters.ts";
import { checkForeignClusters } from "../../../environments/preflight/foreign-clusters.ts";
import { checkMounts } from "../../../environments/preflight/mounts.ts";
import { checkNodePorts } from "../../../environments/preflight/node-ports.ts";
import { checkPodAddresses } from "../../../environments/preflight/pod-addresses.ts";
import { checkPorts } from "../../../environments/preflight/ports.ts";
import { checkRemoteDocker } from "../../../environments/preflight/remote-docker.ts";
import { localBackend } from "../../../environments/backend.ts";
import { originOf } from "../../../environments/origin.ts";
import { stateDirectory } from "../../../system/state-directory.ts";
import { up } from "../../../environments/up.ts";
import { stackFromSource } from "../../../environments/topology-source.ts";
import { writeState } from "./written-state.ts";
import { lookAhead, renderPreflight } from "../../../environments/look-ahead.ts";
import {
  preflight,
  preflightNotRun,
  requirePassed,
} from "../../../environments/preflight/preflight.ts";
import type { PreflightContext } from "../../../environments/preflight/check.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Topology } from "../../../planning/topology.ts";

/** Whatever Docker the machine of the test has, if any. */
const local = { DOCKER_HOST: "unix:///nowhere/docker.sock" };

function contextOf(topology: Topology, containers: PreflightContext["containers"] = []) {
  const plan = planOrThrow(topology, { name: "lab" });
  const missing = plan.clusters.filter((cluster) => cluster.type === "kind");
  return { plan, sources: undefined, env: local, containers, missing };
}

function stateThatNoted(usedContext: string): State {
  const urn =
    "urn:pulumi:lab::linkerd-topology::linkerd-topology:index:ClusterIdentity::lab-staging";
  return { deployment: { resources: [{ urn, outputs: { usedContext } }] } } as unknown as State;
}

describe("the checks before up", () => {
  test("name a port that is taken, its cluster, and what to do", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const portMappings = [{ containerPort: 30080, hostPort: port }];
    const problems = await checkPorts(contextOf({ clusters: [{ name: "west", portMappings }] }));
    await new Promise((resolve) => server.close(resolve));
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? "",
      new RegExp(`^cluster west: TCP port ${port} of 127.0.0.1 is used by another program: choose`),
    );
    assert.deepEqual(
      await checkPorts(contextOf({ clusters: [{ name: "west", portMappings }] })),
      [],
    );
  });

  test("find a UDP port of ::1 that is taken, which the same port of 127.0.0.1 is not", async (context) => {
    const socket = createSocket("udp6");
    const code = await new Promise<string | undefined>((resolve) => {
      socket.once("error", (error: NodeJS.ErrnoException) => {
        resolve(error.code);
      });
      socket.bind({ address: "::1", port: 0 }, () => {
        resolve(undefined);
      });
    });
    if (code !== undefined) {
      socket.close();
      context.skip(`this machine has no ::1 (${code})`);
      return;
    }
    const { port: hostPort } = socket.address();
    const problems = (listenAddress: string) =>
      checkPorts(
        contextOf({
          clusters: [
            {
              name: "west",
              portMappings: [{ containerPort: 53, hostPort, listenAddress, protocol: "UDP" }],
            },
          ],
        }),
      );
    try {
      assert.match(String(await problems("::1")), /UDP port \d+ of ::1 is used by another program/);
      assert.deepEqual(await problems("127.0.0.1"), []);
    } finally {
      socket.close();
    }
  });

  test("name an API server's port that is taken, unless Docker is on another machine", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port: apiServerPort } = server.address() as AddressInfo;
    const context = contextOf({ clusters: [{ name: "west", apiServerPort }] });
    const elsewhere = { ...context, env: { DOCKER_HOST: "ssh://somewhere" } };
    const [problems, ofAnother] = [await checkPorts(context), await checkPorts(elsewhere)];
    await new Promise((resolve) => server.close(resolve));
    assert.match(String(problems), /^cluster west: TCP port .* choose another apiServerPort, or/);
    assert.deepEqual(ofAnother, []);
  });

  test("name a path that is to be mounted and isn't there, unless Docker is on another machine", async () => {
    const extraMounts = [
      { hostPath: "/nowhere/data", containerPath: "/data" },
      { hostPath: "/", containerPath: "/host" },
    ];
    const context = contextOf({ clusters: [{ name: "west", extraMounts }] });
    assert.deepEqual(await checkMounts({ ...context, env: local }), [
      "cluster west: /nowhere/data can't be mounted: there is no such file: create it, or correct the " +
        "hostPath in its extraMounts",
    ]);
    assert.deepEqual(
      await checkMounts({ ...context, env: { DOCKER_HOST: "tcp://10.1.2.3:1" } }),
      [],
    );
  });

  test("refuse a Docker on another machine where its API servers can't be reached from here", async () => {
    const far = (clusters: Topology["clusters"]) =>
      checkRemoteDocker({ ...contextOf({ clusters }), env: { DOCKER_HOST: "ssh://me@far" } });
    const [problem, ...further] = await far([
      { name: "west" },
      { name: "east", apiServerAddress: "192.0.2.7" },
    ]);
    assert.match(problem ?? "", /^cluster west: Docker runs on another machine \(ssh:\/\/me@far\)/);
    assert.deepEqual(further, []);
    assert.deepEqual(await checkRemoteDocker(contextOf({ clusters: [{ name: "west" }] })), []);
  });

  test("refuse it for a new stack before any tool is brought", async () => {
    const directory = await temporaryDirectory("remote-docker");
    const [file, sources] = ["lab.yaml", "sources.json"].map((name) => path.join(directory, name));
    assert.ok(file !== undefined && sources !== undefined);
    await writeFile(file, "clusters: [{ name: west }]\n");
    await writeFile(sources, "{}");
    const written: string[] = [];
    const env = {
      XDG_STATE_HOME: directory,
      LINKERD_TOPOLOGY_SOURCES: sources,
      DOCKER_HOST: "ssh://me@far",
    };
    const output = { terminal: false, write: (text: string) => void written.push(text) };
    await assert.rejects(
      up({ stack: await stackFromSource({ file }), output, env }),
      /nothing was created:\n {2}- cluster west: Docker runs on another machine/,
    );
    assert.doesNotMatch(written.join(""), /tools/);
    await rm(directory, { recursive: true });
  });

  test("take a kind cluster on another network for somebody else's", async () => {
    const container = { name: "lab-west-control-plane", cluster: "lab-west", running: true };
    const found = (network: string) =>
      checkForeignClusters(
        contextOf({ clusters: [{ name: "west" }] }, [{ ...container, networks: [network] }]),
      );
    assert.match(
      (await found("kind"))[0] ?? "",
      /kind cluster "lab-west" already exists on the Docker network kind/,
    );
    assert.deepEqual(await found("linkerd-topology-lab"), []);
  });

  test("ask for Linkerd's charts only where the sources have none", async (context) => {
    const asked: string[] = [];
    const answer = { status: 503 };
    context.mock.method(globalThis, "fetch", (url: string) => {
      asked.push(url);
      return Promise.resolve(new Response(null, answer));
    });
    const without = contextOf({ clusters: [{ name: "west" }] });
    assert.deepEqual(await checkCharts({ ...without, sources: { charts: "/charts" } }), []);
    assert.deepEqual(asked, []);
    const [problem] = await checkCharts(without);
    assert.match(problem ?? "", /index\.yaml can't be reached \(it answers 503\).*sources\.json/);
    answer.status = 200;
    assert.deepEqual(await checkCharts(without), []);
  });

  test("tell that the charts' repository doesn't answer, and why", async (context) => {
    context.mock.method(globalThis, "fetch", () =>
      Promise.reject(new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") })),
    );
    const [problem] = await checkCharts(contextOf({ clusters: [{ name: "west" }] }));
    assert.match(problem ?? "", /can't be reached \(getaddrinfo ENOTFOUND\)/);
  });

  test("name a cluster that exists and can't be asked", async () => {
    const kubeconfig = "/nowhere/staging.kubeconfig";
    const [problem, ...further] = await checkExistingClusters(
      contextOf({ clusters: [{ name: "west" }, { name: "staging", kubeconfig }] }),
    );
    assert.match(
      problem ?? "",
      /^cluster staging exists.*no kubeconfig file \/nowhere.*correct its/,
    );
    assert.deepEqual(further, []);
  });

  describe("of the node ports of a gateway", () => {
    const own = { namespace: "ingress", selector: { app: "traefik" }, serviceAccount: "traefik" };
    const service = (
      namespace: string,
      name: string,
      labels: Record<string, string>,
      ...nodePorts: number[]
    ) => ({
      metadata: { name, namespace, labels },
      spec: { ports: nodePorts.map((nodePort) => ({ port: 80, nodePort })) },
    });
    type Found = ReturnType<typeof service>;
    /** What the check says of a cluster with these Services. */
    const look = async (
      services: readonly Found[],
      { ingress = false, kind = false, adopt = false } = {},
    ) => {
      const [fake, folder] = [await FakeKubernetes.start(), await temporaryDirectory("preflight")];
      try {
        const kubeconfig = path.join(folder, "staging");
        await writeFile(kubeconfig, fake.kubeconfig);
        for (const one of services) {
          fake.put(`/api/v1/namespaces/${one.metadata.namespace}/services`, one);
        }
        const context = contextOf({
          clusters: [
            { name: "west" },
            {
              name: "staging",
              ...(!kind && { kubeconfig, apiServer: "https://192.0.2.9:6443" }),
              gateway: { nodePort: 30143, ...(ingress && { own }), addresses: ["192.0.2.9"] },
            },
          ],
          links: [{ from: "west", to: "staging" }],
        });
        const staging = context.plan.clusters.find(({ name }) => name === "staging");
        if (staging?.type !== "kind") {
          const plan = { ...context.plan, ...(adopt && { adopted: true as const }) };
          return await checkNodePorts({ ...context, plan });
        }
        const { kindName: name, generation } = staging;
        const urn = "urn:pulumi:lab::linkerd-topology::kind:index:Cluster::lab-staging";
        const outputs = { kubeconfigPath: kubeconfig };
        const resources = [{ urn, inputs: { name, generation }, outputs }];
        const state = { deployment: { resources } } as unknown as State;
        return await checkNodePorts({ ...context, state });
      } finally {
        await fake.stop();
        await rm(folder, { recursive: true });
      }
    };
    const linkerds = service("linkerd-multicluster", "linkerd-gateway", {}, 30143, 30191);
    const ofIngress = service("ingress", "linkerd-gateway", managedBy, 30143, 30191);
    const ofOthers = service("shop", "web", {}, 30191, 31000);

    for (const kind of [false, true]) {
      test(`name the Service that has one, ${kind ? "in a kind cluster" : "in one that exists"}`, async () => {
        assert.deepEqual(await look([linkerds, ofOthers], { kind }), [
          "cluster staging: the Service shop/web has the node port 30191, which the gateway needs: write another " +
            "gateway.probeNodePort, or give that Service another one",
        ]);
      });
    }

    test("say what the way back from an ingress needs", async () => {
      assert.deepEqual(await look([ofIngress]), [
        "cluster staging: the Service ingress/linkerd-gateway has the node port 30143 until Linkerd's own gateway has " +
          "taken its place: write another gateway.nodePort",
        "cluster staging: the Service ingress/linkerd-gateway has the node port 30191 until Linkerd's own gateway has " +
          "taken its place: write another gateway.probeNodePort",
      ]);
    });

    for (const [what, services, ingress] of [
      ["no Service", [], false],
      ["the gateway itself", [linkerds], false],
      ["the gateway of an ingress itself", [ofIngress], true],
      ["Linkerd's gateway, which an ingress replaces", [linkerds], true],
      [
        "that of an ingress in another namespace, which is replaced first",
        [service("edge", "linkerd-gateway", managedBy, 30143)],
        true,
      ],
    ] as const) {
      test(`find nothing wrong with ${what}`, async () => {
        assert.deepEqual(await look(services, { ingress }), []);
      });
    }

    test("leave a mesh of others alone, whose gateway may have any name", async () => {
      const theirs = service("linkerd-multicluster", "edge-gateway", {}, 30143, 30191);
      assert.deepEqual(await look([theirs], { adopt: true }), []);
    });

    test("fail where Services can't be listed", async () => {
      const [fake, folder] = [await FakeKubernetes.start(), await temporaryDirectory("preflight")];
      try {
        const kubeconfig = path.join(folder, "staging");
        await writeFile(kubeconfig, fake.kubeconfig);
        fake.answers.set("/api/v1/services", {
          status: 403,
          body: { kind: "Status", reason: "Forbidden", message: "services is forbidden" },
        });
        const staging = {
          name: "staging",
          kubeconfig,
          apiServer: "https://192.0.2.9:6443",
          gateway: { addresses: ["192.0.2.9"] },
        };
        const clusters = [{ name: "west" }, staging];
        const links = [{ from: "west", to: "staging" }];
        const problems = await checkNodePorts(contextOf({ clusters, links }));
        assert.match(
          problems.join(),
          /^cluster staging: its Services can't be listed.*forbidden.*let the account/,
        );
      } finally {
        await fake.stop();
        await rm(folder, { recursive: true });
      }
    });
  });

  describe("of versions in a cluster that exists", () => {
    const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const crd = (bundle: string | undefined, ...served: string[]) => ({
      metadata: {
        name: "httproutes.gateway.networking.k8s.io",
        annotations:
          bundle === undefined ? {} : { "gateway.networking.k8s.io/bundle-version": bundle },
      },
      spec: { versions: served.map((name) => ({ name, served: true })) },
    });
    const look = async (
      prepare: (fake: FakeKubernetes) => void,
      linkerdVersion = "edge-26.6.3",
    ) => {
      const [fake, folder] = [await FakeKubernetes.start(), await temporaryDirectory("preflight")];
      try {
        const kubeconfig = path.join(folder, "staging");
        await writeFile(kubeconfig, fake.kubeconfig);
        prepare(fake);
        const clusters = [{ name: "staging", kubeconfig }];
        return await checkVersionsInClusters(
          contextOf({ clusters, linkerd: { version: linkerdVersion } }),
        );
      } finally {
        await fake.stop();
        await rm(folder, { recursive: true });
      }
    };
    const kubernetes = (gitVersion: string) => (fake: FakeKubernetes) =>
      fake.answers.set("/version", { status: 200, body: { gitVersion } });
    const gatewayApi =
      (...given: Parameters<typeof crd>) =>
      (fake: FakeKubernetes) =>
        fake.put(crds, crd(...given));

    for (const [what, prepare, problem, note] of [
      ["nothing where there is none", () => undefined, undefined, undefined],
      ["nothing of a good one", gatewayApi("v1.2.1", "v1", "v1beta1"), undefined, undefined],
      [
        "a Gateway API without v1",
        gatewayApi("v0.8.1", "v1beta1"),
        /^cluster staging: the CRD httproutes\.gateway\.networking\.k8s\.io is of the Gateway API v0\.8\.1 and serves v1beta1; Linkerd edge-26\.6\.3 needs v1: install the Gateway API v1\.2\.1 or later/,
        undefined,
      ],
      [
        "one that doesn't say its version",
        gatewayApi(undefined, "v1beta1"),
        /serves v1beta1/,
        undefined,
      ],
      [
        "a newer one",
        gatewayApi("v1.6.0", "v1"),
        undefined,
        /v1\.6\.0, which is newer than .*v1\.2\.1 to v1\.5\.1/,
      ],
      [
        "an older one with v1",
        gatewayApi("v1.0.0", "v1"),
        undefined,
        /v1\.0\.0, which is older than/,
      ],
      [
        "an older Kubernetes",
        kubernetes("v1.30.4"),
        /Kubernetes v1\.30\.4 is older than v1\.31/,
        undefined,
      ],
      [
        "a newer Kubernetes",
        kubernetes("v1.37.0+k3s1"),
        undefined,
        /v1\.37\.0\+k3s1 is newer than v1\.35/,
      ],
      [
        "CRDs that it may not read",
        (fake: FakeKubernetes) =>
          fake.answers.set(`${crds}/httproutes.gateway.networking.k8s.io`, {
            status: 403,
            body: { kind: "Status", reason: "Forbidden", message: "no" },
          }),
        /can't be read \(.*403.*\): let the account/,
        undefined,
      ],
    ] as const) {
      test(`tell ${what}`, async () => {
        const { problems, notes } = await look((fake) => void prepare(fake));
        for (const [texts, pattern] of [
          [problems, problem],
          [notes, note],
        ] as const) {
          assert.equal(texts.length, pattern === undefined ? 0 : 1, texts.join());
          if (pattern !== undefined) assert.match(texts[0] ?? "", pattern);
        }
      });
    }

    test("go by the release of Linkerd", async () => {
      assert.deepEqual(await look(kubernetes("v1.30.4"), "edge-26.1.1"), {
        problems: [],
        notes: [],
      });
    });
  });

  test("ask the pods of existing clusters that share a pod subnet for their addresses", async () => {
    const [one, other] = [await FakeKubernetes.start(), await FakeKubernetes.start()];
    const folder = await temporaryDirectory("preflight");
    try {
      const existing = async (name: string, fake: FakeKubernetes) => {
        const kubeconfig = path.join(folder, name);
        await writeFile(kubeconfig, fake.kubeconfig);
        return {
          name,
          kubeconfig,
          network: "vpc",
          podSubnet: "10.0.0.0/16",
          apiServer: "https://203.0.113.7:6443",
        };
      };
      const clusters = [await existing("prod", one), await existing("staging", other)];
      const links = [{ between: ["prod", "staging"], mode: "flat" as const }];
      const check = () => checkPodAddresses(contextOf({ clusters, links }));
      const put = (fake: FakeKubernetes, ip: string, hostNetwork = false, phase = "Running") => {
        fake.put("/api/v1/pods", {
          metadata: { name: `p-${ip}`, namespace: "shop" },
          spec: { containers: [], hostNetwork },
          status: { phase, podIPs: [{ ip }] },
        });
      };
      for (const fake of [one, other]) put(fake, "10.9.9.9", true);
      // One that ended shows an address that another pod has by now.
      put(one, "10.0.1.9", false, "Succeeded");
      put(other, "10.0.1.9");
      put(one, "10.0.1.1");
      put(other, "10.0.1.2");
      assert.deepEqual(await check(), []);
      put(other, "10.0.1.1");
      assert.match(
        (await check()).join(),
        /^clusters prod and staging are on one network.*shop\/p-10\.0\.1\.1.*\(10\.0\.1\.1\)/,
      );
      other.answers.set("/api/v1/pods", { status: 403, body: { message: "no" } });
      assert.match((await check()).join(), /cluster staging: .*can't be read.*list pods/);
    } finally {
      await Promise.all([one.stop(), other.stop(), rm(folder, { recursive: true })]);
    }
  });

  test("ask an existing cluster by the context that the stack reaches it by, not by the current one", async () => {
    const [alive, folder] = [await FakeKubernetes.start(), await temporaryDirectory("preflight")];
    try {
      const kubeconfig = path.join(folder, "both");
      const config = {
        clusters: [
          { name: "alive", cluster: { server: alive.address, "insecure-skip-tls-verify": true } },
          { name: "dead", cluster: { server: "https://127.0.0.1:1" } },
        ],
        users: [{ name: "me", user: { token: "hunter2" } }],
        contexts: ["alive", "dead"].map((name) => ({
          name,
          context: { cluster: name, user: "me" },
        })),
        "current-context": "dead",
      };
      await writeFile(kubeconfig, JSON.stringify(config));
      const ask = (context?: string, usedContext?: string) =>
        checkExistingClusters({
          ...contextOf({
            clusters: [{ name: "staging", kubeconfig, ...(context && { context }) }],
          }),
          ...(usedContext && { state: stateThatNoted(usedContext) }),
        });
      assert.match((await ask())[0] ?? "", /cluster staging exists, but can't be asked/);
      assert.deepEqual(await ask("alive"), []);
      assert.deepEqual(await ask(undefined, "alive"), []);
      assert.match((await ask("dead", "alive"))[0] ?? "", /can't be asked/);
      assert.match((await ask(undefined, "gone"))[0] ?? "", /has no context "gone"/);
    } finally {
      await alive.stop();
      await rm(folder, { recursive: true });
    }
  });

  test("find two ways into one and the same existing cluster", async () => {
    const [one, folder] = [await FakeKubernetes.start(), await temporaryDirectory("preflight")];
    try {
      const existing = async (name: string) => {
        const kubeconfig = path.join(folder, name);
        await writeFile(kubeconfig, one.kubeconfig);
        return { name, kubeconfig };
      };
      const clusters = [await existing("staging"), await existing("prod")];
      assert.deepEqual(await checkExistingClusters(contextOf({ clusters })), [
        "clusters prod and staging are one and the same: leave out all but one, or correct the kubeconfigs or " +
          "contexts of the others",
      ]);
      assert.deepEqual(await checkExistingClusters(contextOf({ clusters: clusters.slice(1) })), []);
    } finally {
      await one.stop();
      await rm(folder, { recursive: true });
    }
  });

  test("ask it by that context as well where the stack is known by its former name", async () => {
    const [alive, folder] = [await FakeKubernetes.start(), await temporaryDirectory("preflight")];
    try {
      const kubeconfig = path.join(folder, "both");
      const { clusters, contexts, ...config } = JSON.parse(alive.kubeconfig) as Record<
        string,
        unknown[]
      >;
      const dead = { name: "dead", cluster: { server: "https://127.0.0.1:1" } };
      const toDead = { name: "dead", context: { cluster: "dead", user: "fake" } };
      const both = {
        ...config,
        clusters: [...(clusters ?? []), dead],
        contexts: [...(contexts ?? []), toDead],
        "current-context": "dead",
      };
      await writeFile(kubeconfig, JSON.stringify(both));
      const file = path.join(folder, "prod.eu.yaml");
      await writeFile(file, JSON.stringify({ clusters: [{ name: "staging", kubeconfig }] }));
      const stack = await stackFromSource({ file });
      const urn =
        "urn:pulumi:prod::linkerd-topology::linkerd-topology:index:ClusterIdentity::prod-staging";
      const env = { XDG_STATE_HOME: folder, PULUMI_CREDENTIALS_PATH: path.join(folder, "none") };
      await writeState(
        localBackend(stateDirectory(env)),
        "prod",
        { topology: originOf(file), sources: {} },
        undefined,
        [{ urn, custom: true, outputs: { usedContext: "fake" } }],
      );
      const results = await lookAhead(stack, {
        PATH: process.env["PATH"],
        ...env,
      });
      // A topology of existing clusters alone is brought up without Docker and kind, so none is looked for.
      assert.ok(!results.some(({ id }) => id === "docker" || id === "tool-kind"));
      const named = results.filter(({ id }) => id === "stack-name" || id === "existing-clusters");
      assert.deepEqual(
        named.map(({ state, problems }) => ({ state, problems })),
        named.map(() => ({ state: "passed", problems: [] })),
      );
      assert.equal(named.length, 2);
    } finally {
      await alive.stop();
      await rm(folder, { recursive: true });
    }
  });

  test("are a list of results, of which up makes one error", async () => {
    const kubeconfig = "/nowhere/staging.kubeconfig";
    const plan = planOrThrow({ clusters: [{ name: "staging", kubeconfig }] }, { name: "lab" });
    const results = await preflight(plan, { charts: "/charts" }, {});
    assert.deepEqual(
      results.filter(({ state }) => state !== "passed").map(({ id }) => id),
      ["existing-clusters"],
    );
    assert.throws(
      () => requirePassed(results),
      /can't bring the topology up; nothing was created:\n {2}- cluster staging exists/,
    );
    const passed = results.filter(({ state }) => state === "passed");
    assert.equal(requirePassed(passed), passed);
  });

  test("are told one by one, and why one was not run", () => {
    const [first, ...rest] = preflightNotRun("no Docker daemon answers");
    const failed = {
      id: "x",
      title: "ports are free",
      state: "failed",
      problems: ["one", "two"],
    } as const;
    const text = renderPreflight([failed, ...(first === undefined ? [] : [first])]);
    assert.equal(
      text,
      "✗ ports are free\n    one\n    two\n" +
        "– existing clusters can be reached (no Docker daemon answers)\n\n" +
        "0 passed, 1 failed, 1 not run",
    );
    assert.equal(rest.length, 11);
  });
});
