import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Asker, askerObject, clusterIn, WorkerLog } from "../../../../environments/drills/asker.ts";
import { nodesToAvoid } from "../../../../environments/drills/questions.ts";
import { connect } from "../../../../kubernetes/connect.ts";
import { FakeKubernetes } from "../../mesh/fake-kubernetes.ts";

const clusters = ["west", "east"];

describe("who answered", () => {
  const pods = new Map([
    ["web-7d4b9-x2x4z", "east"],
    ["server-0", "west"],
  ]);
  const table = [
    ["server-0", "west"],
    ['{"pod":"web-7d4b9-x2x4z","host":"web.west"}', "east"],
    ['{"cluster":"west"}', "west"],
    ["hello from east\n", "east"],
    ["western", undefined],
    ["from west to east", undefined],
    ["", undefined],
  ] as const;
  for (const [body, cluster] of table) {
    test(JSON.stringify(body), () => {
      assert.equal(clusterIn(body, pods, clusters), cluster);
    });
  }
});

describe("the log of one that asks", () => {
  const read = (log: WorkerLog, lines: readonly string[]) =>
    log.read(lines.join("\n"), (body) => body.trim() || undefined);
  const first = [
    "2026-11-29T15:49:33.5Z west\r",
    "2026-11-29T15:49:33.500000001Z === answered 200 0.250 \r",
    "2026-11-29T15:49:34Z \r",
    "2026-11-29T15:49:34.1Z === answered 000 10.001 Operation timed out after 10001 milliseconds with 0 bytes received\r",
    "2026-11-29T15:49:34.2Z upstream",
  ];
  const second = [
    "2026-11-29T15:49:34.1Z === answered 000 10.001 seen before\r",
    "2026-11-29T15:49:34.2Z upstream",
    "2026-11-29T15:49:34.25Z === answered 504 0.010 \r",
    "",
  ];

  test("has an answer for each request, and each line counts once", () => {
    const log = new WorkerLog();
    assert.equal(log.since, undefined);
    assert.deepEqual(read(log, first), [
      { at: Date.parse("2026-11-29T15:49:33.25Z"), took: 250, failure: undefined, cluster: "west" },
      {
        at: Date.parse("2026-11-29T15:49:24.099Z"),
        took: 10_001,
        failure: "Operation timed out with 0 bytes received",
        cluster: undefined,
      },
    ]);
    assert.equal(log.since, "2026-11-29T15:49:34Z");
    assert.deepEqual(read(log, second), [
      {
        at: Date.parse("2026-11-29T15:49:34.24Z"),
        took: 10,
        failure: "status 504",
        cluster: undefined,
      },
    ]);
    assert.deepEqual(read(log, second), []);
  });
});

test("the URL is asked as it is written, at the rate of all together", () => {
  const question = {
    url: "http://web.shop/a[1]?b={c}",
    cluster: "west",
    namespace: "shop",
    serviceAccount: "client",
  };
  const pod = askerObject({ name: "drill", id: "1", image: "image", rate: 20, question }) as {
    spec: { serviceAccountName: string; containers: { command: string[]; tty: boolean }[] };
  };
  assert.equal(pod.spec.serviceAccountName, "client");
  assert.equal(pod.spec.containers.length, 4);
  for (const { command, tty } of pod.spec.containers) {
    assert.ok(tty);
    assert.equal(command[command.indexOf("--rate") + 1], "18000/h");
    assert.match(command.at(-1) ?? "", /^http:\/\/web\.shop\/a\\\[1\\\]\?b=\\\{c\\\}#\[1-\d+\]$/);
  }
});

describe("nobody asks from a node that is taken away", () => {
  const question = {
    url: "http://web.shop",
    cluster: "west",
    namespace: "shop",
    serviceAccount: "client",
  };
  const pod = { name: "drill", id: "1", image: "image", rate: 20, question };
  const frozen = (node: string, cluster = "west") =>
    ({ kind: "node", cluster, node, how: "pause" }) as const;
  const west = { name: "west", nodes: ["west-control-plane", "west-worker"] };

  test("the pod runs elsewhere", () => {
    const { spec } = askerObject({ ...pod, avoid: ["west-worker", "west-worker2"] }) as {
      spec: { affinity: unknown };
    };
    const away = (node: string) => ({ key: "metadata.name", operator: "NotIn", values: [node] });
    assert.deepEqual(spec.affinity, {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [away("west-worker"), away("west-worker2")] }],
        },
      },
    });
  });

  test("a pod that may run anywhere has no affinity", () => {
    const { spec } = askerObject(pod) as { spec: object };
    assert.equal("affinity" in spec, false);
  });

  test("only nodes of the asking cluster count, and not if they are all of its nodes", () => {
    assert.deepEqual(nodesToAvoid(west, [frozen("west-worker"), frozen("east-worker", "east")]), [
      "west-worker",
    ]);
    assert.deepEqual(
      nodesToAvoid(
        west,
        west.nodes.map((node) => frozen(node)),
      ),
      [],
    );
    assert.deepEqual(nodesToAvoid({ name: "west", nodes: [] }, []), []);
  });
});

describe("a pod that asks and is started again", () => {
  const question = {
    url: "http://web",
    cluster: "west",
    namespace: "shop",
    serviceAccount: "client",
  };
  const pods = "/api/v1/namespaces/shop/pods";
  const line = (second: number): string =>
    `2026-11-29T15:49:${second}.5Z west\n2026-11-29T15:49:${second}.6Z === answered 200 0.1 \n`;
  let fake: FakeKubernetes;
  let logs: Record<"current" | "previous", Answered>;
  type Answered = { status: number; body: string };

  before(async () => {
    fake = await FakeKubernetes.start();
    fake.answers.set(`${pods}/drill/log`, (_, query) => {
      if (query.get("container") !== "asker-0") return { status: 200, body: "" };
      return query.get("previous") === "true" ? logs.previous : logs.current;
    });
  });
  after(() => fake.stop());

  const started = (restartCount: number): void => {
    const containerStatuses = [{ name: "asker-0", ready: true, restartCount }];
    fake.put(pods, { metadata: { name: "drill" }, status: { containerStatuses } });
  };
  const asker = async () => {
    const api = await connect({ kubeconfig: fake.kubeconfig });
    return new Asker(api, { name: "drill", id: "1", image: "image", rate: 4, question });
  };

  test("keeps the answers of before, and says that it was away", async () => {
    const asking = await asker();
    started(0);
    logs = { current: { status: 200, body: line(10) }, previous: { status: 400, body: "" } };
    await asking.read(() => "west");
    const { interrupted } = asking;
    assert.equal(interrupted, undefined);
    started(1);
    logs = {
      current: { status: 200, body: line(40) },
      previous: { status: 200, body: line(10) + line(11) },
    };
    await asking.read(() => "west");
    await asking.read(() => "west");
    assert.deepEqual(
      asking.answers.map(({ at }) => new Date(at).getSeconds()),
      [10, 11, 40],
    );
    assert.match(asking.interrupted ?? "", /started again: it asked nothing while it was away$/);
  });

  test("says so if they are lost", async () => {
    const asking = await asker();
    started(1);
    logs = { current: { status: 200, body: line(40) }, previous: { status: 400, body: "none" } };
    await asking.read(() => "west");
    assert.equal(asking.answers.length, 1);
    assert.match(asking.interrupted ?? "", /and its answers from before that could not be read$/);
  });
});
