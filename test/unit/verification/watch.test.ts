import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Mesh, Round } from "../../../verification/index.ts";
import { watchVerification } from "../../../verification/index.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { twoClusters } from "./planned.ts";
import { thoroughCluster, validated } from "./thorough-cluster.ts";

describe("watching a mesh", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  before(async () => {
    west = await thoroughCluster({ name: "west", target: "east", octet: 10 });
    east = await thoroughCluster({ name: "east", target: "west", octet: 20 });
  });
  after(() => Promise.all([west.stop(), east.stop()]));

  const mesh = (): Mesh => ({
    plan: twoClusters,
    clusters: [
      { name: "west", kubeconfig: west.kubeconfig },
      { name: "east", kubeconfig: east.kubeconfig },
    ],
  });

  it("tells what has changed from round to round, and ends with the signal", async () => {
    const path = validated["linkerd-sp-validator"];
    const answer = west.answers.get(path);
    assert.ok(answer);
    const rounds: Round[] = [];
    const controller = new AbortController();
    const last = await watchVerification(mesh(), {
      interval: 10,
      traffic: false,
      signal: controller.signal,
      onRound: (round) => {
        rounds.push(round);
        if (round.number === 2) west.answers.set(path, ok({}));
        if (round.number === 3) west.answers.set(path, answer);
        if (round.number === 4) controller.abort();
      },
    });
    assert.equal(last, rounds.at(-1));
    assert.deepEqual(
      rounds.map(({ verification, changes }) => [
        verification.proved,
        changes.map(
          ({ before, after: now }) =>
            `${now?.check ?? ""} ${before?.state ?? ""} ${now?.state ?? ""}`,
        ),
      ]),
      [
        [true, []],
        [true, []],
        [false, ["validators-refuse passed failed"]],
        [true, ["validators-refuse failed passed"]],
      ],
    );
  });

  it("asks what is thorough in some rounds alone, and keeps its results in the others", async () => {
    const rounds: Round[] = [];
    const asked: number[] = [];
    const controller = new AbortController();
    const path = validated["linkerd-sp-validator"];
    await watchVerification(mesh(), {
      interval: () => 1,
      thoroughEvery: 3,
      traffic: false,
      rights: false,
      signal: controller.signal,
      onRound: async (round) => {
        rounds.push(round);
        asked.push(west.requests.filter((one) => one === `POST ${path}`).length);
        west.requests.length = 0;
        if (round.number === 4) controller.abort();
        await Promise.resolve();
      },
    });
    assert.deepEqual(
      asked.map((count) => count > 0),
      [true, false, false, true],
    );
    const checks = rounds.map(({ verification }) =>
      verification.results.map(({ check, subject }) => `${check} ${subject}`).sort(),
    );
    assert.ok(checks[0]?.includes("validators-refuse west"));
    for (const some of checks) assert.deepEqual(some, checks[0]);
    assert.deepEqual(
      rounds.flatMap(({ changes }) => changes),
      [],
    );
  });

  it("that is ended before its first round was one says nothing", async () => {
    const signal = AbortSignal.abort();
    assert.equal(
      await watchVerification(mesh(), { signal, onRound: () => assert.fail() }),
      undefined,
    );
  });
});
