import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Topology } from "../../../planning/topology.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { beyondRights } from "../verification/documented-rights.ts";
import { CommandLine } from "./command-line.ts";
import { ForeignPair } from "./foreign-pair.ts";

const contexts = ["--context", "prod-1", "--context", "prod-2"];

describe("a mesh that others made", () => {
  let pair: ForeignPair;
  let commandLine: CommandLine;
  before(async () => {
    commandLine = new CommandLine();
    pair = await ForeignPair.start();
  });
  after(async () => {
    await commandLine.stop();
    await pair.stop();
  });

  const run = (...args: string[]) => {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([one]) => !/^(PULUMI|GITHUB|npm)_/.test(one)),
    );
    return commandLine.run(args, { cwd: pair.directory, env: { ...env, ...pair.env } });
  };

  const forbid = (fake: FakeKubernetes, paths: readonly string[]) => {
    const before = paths.map((one) => [one, fake.answers.get(one)] as const);
    for (const one of paths) {
      const message = `User "me" cannot create resource "x" at ${one}`;
      fake.answers.set(one, {
        status: 403,
        body: { kind: "Status", reason: "Forbidden", message },
      });
    }
    return () => {
      for (const [one, answer] of before) {
        if (answer === undefined) fake.answers.delete(one);
        else fake.answers.set(one, answer);
      }
    };
  };

  test("verify looks at it by its contexts alone", async () => {
    const { exitCode, stdout } = await run("verify", ...contexts);
    assert.equal(exitCode, exitCodes.success, stdout);
    assert.match(stdout, /west +context prod-1, Kubernetes v1\.34\.2, Linkerd edge-26\.1\.1/);
    assert.match(stdout, /west → east +gateway, 172\.19\.0\.20:30143, controller-east/);
    assert.match(stdout, /the mesh west-east is in order: \d+ passed, 0 failed/);
    assert.match(stdout, /no traffic was sent/);
    assert.doesNotMatch(stdout, /hunter2|not as planned|`up/);
  });

  test("nothing is written, but for dry runs", () => {
    const written = [...pair.west.requests, ...pair.east.requests].filter(
      (request) => !request.startsWith("GET "),
    );
    // The injector and the two validators are asked what they would do.
    const dry = /^POST \S+\/(?:pods|serviceprofiles|networkauthentications)$/;
    assert.deepEqual(
      written.filter((request) => !dry.test(request)),
      [],
    );
    for (const namespace of ["linkerd", "linkerd-multicluster", "default"]) {
      for (const fake of [pair.west, pair.east]) {
        assert.equal(
          fake.has(`/api/v1/namespaces/${namespace}/pods/linkerd-topology-injection-test`),
          false,
        );
      }
    }
  });

  test("what is wrong is told with a kubectl command that leads there, and nothing of `up`", async () => {
    const path = "/apis/apps/v1/namespaces/linkerd-multicluster/deployments/controller-east";
    const there = pair.west.get(path);
    assert.ok(there);
    pair.west.put("/apis/apps/v1/namespaces/linkerd-multicluster/deployments", {
      ...there,
      status: { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 0 },
    });
    const { exitCode, stdout } = await run("verify", ...contexts);
    pair.west.put("/apis/apps/v1/namespaces/linkerd-multicluster/deployments", there);
    assert.equal(exitCode, exitCodes.notProved);
    assert.match(stdout, /controller-east is not ready/);
    assert.match(stdout, /kubectl --context prod-1 -n linkerd-multicluster get pods,events/);
    assert.match(stdout, /the mesh west-east is not in order/);
    assert.doesNotMatch(stdout, /`[^`]*\bup\b[^`]*`/);
  });

  test("who may only read gets all that can be read, and what is missing", async () => {
    const secrets = "/api/v1/namespaces/linkerd-multicluster/secrets/cluster-credentials-east";
    const allow = forbid(pair.west, [
      secrets,
      "/api/v1/namespaces/default/pods",
      "/apis/linkerd.io/v1alpha2/namespaces/default/serviceprofiles",
    ]);
    const { exitCode, stdout } = await run("verify", ...contexts, "--json");
    allow();
    const { checks, notes } = JSON.parse(stdout) as {
      checks: { check: string; subject: string; state: string; reason?: string }[];
      notes: string[];
    };
    assert.equal(exitCode, exitCodes.success, stdout);
    const found = checks.find(
      ({ check, subject }) => check === "pods-get-proxies" && subject === "west",
    );
    assert.equal(found?.state, "not run");
    assert.ok(
      notes.some((note) => note.includes("no right to get Secrets in linkerd-multicluster")),
      notes.join("\n"),
    );
  });

  test("discover writes a file that plans, and overwrites none", async () => {
    const wanted = ["discover", ...contexts, "--output", "mesh.yaml"];
    const { exitCode, stdout } = await run(...wanted);
    const text = await readFile(path.join(pair.directory, "mesh.yaml"), "utf8");
    assert.equal(exitCode, exitCodes.success, stdout);
    assert.doesNotMatch(text, /hunter2/);
    const topology = parse(text) as Topology;
    planOrThrow(topology, { name: "mesh" });
    assert.deepEqual(topology.links, [{ between: ["west", "east"], headless: false }]);
    assert.deepEqual(topology.exports, [{ service: "web", namespace: "shop", from: "east" }]);
    assert.match(text, /# guessed: west → east, east → west: taken for mode gateway/);
    assert.match(text, /# not in the topology: trust anchor of west, east: CN=root\.linkerd/);
    for (const line of text.split("\n")) assert.ok(line.length <= 110, line);
    const again = await run(...wanted);
    assert.equal(again.exitCode, exitCodes.badInput);
    assert.match(again.stderr, /mesh\.yaml exists/);
  });

  test("verify, status, plan and diagram take the file", async () => {
    for (const command of ["verify", "status", "plan", "diagram"]) {
      const { exitCode, stdout, stderr } = await run(command, "mesh.yaml");
      assert.equal(exitCode, exitCodes.success, `${command}: ${stderr}${stdout}`);
      assert.match(stdout, /west/);
    }
  });

  test("they need no right that the documented account that only looks lacks", () => {
    const requests = [...pair.west.requests, ...pair.east.requests];
    assert.ok(requests.length > 50);
    assert.deepEqual(beyondRights("reader.yaml", requests), []);
  });

  test("a Link of the file that isn't there fails", async () => {
    const text = await readFile(path.join(pair.directory, "mesh.yaml"), "utf8");
    await writeFile(
      path.join(pair.directory, "more.yaml"),
      text
        .replace("  - name: west\n", "  - name: north\n")
        .replace("[west, east]", "[north, east]"),
    );
    // The cluster may be called otherwise than the Links call it: it is still known.
    const { exitCode, stdout } = await run("verify", "more.yaml");
    assert.equal(exitCode, exitCodes.success, stdout);
    const links = "/apis/multicluster.linkerd.io/v1alpha3/namespaces/linkerd-multicluster/links";
    const link = pair.east.get(`${links}/west`);
    assert.ok(link);
    pair.east.remove(`${links}/west`);
    const without = await run("verify", "mesh.yaml");
    pair.east.put(links, link);
    assert.equal(without.exitCode, exitCodes.notProved);
    assert.match(without.stdout, /no Link west in namespace linkerd-multicluster/);
  });

  test("a topology that is not up says so, and why its clusters can't be looked at", async () => {
    const text = await readFile(path.join(pair.directory, "mesh.yaml"), "utf8");
    const file = path.join(pair.directory, "elsewhere.yaml");
    await writeFile(file, text.replaceAll("./config", "./gone"));
    const { exitCode, stderr } = await run("status", "elsewhere.yaml");
    assert.equal(exitCode, exitCodes.notUp, stderr);
    assert.match(stderr, /the stack "elsewhere" is not up: .*there is no kubeconfig file .*gone/);
  });

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [["verify", "--context", "prod-11"], /no context "prod-11" \(did you mean "prod-1"\?\)/],
    [["verify", "mesh.yaml", "--context", "prod-1"], /leave out one of the two/],
    [["verify", "--context", "prod-1", "--context", "prod-1"], /named twice/],
    [
      ["discover"],
      /which clusters\? Name their contexts, such as --context prod-1 --context prod-2/,
    ],
    [["status", "--kubeconfig", "nowhere"], /there is no kubeconfig file/],
    [["status", "--kubeconfig", "config"], /no current context/],
  ];
  for (const [args, message] of wrong) {
    test(`refuses ${args.join(" ")}`, async () => {
      const { exitCode, stderr } = await run(...args);
      assert.equal(exitCode, exitCodes.badInput, stderr);
      assert.match(stderr, message);
    });
  }
});
