import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { inShell } from "../../../environments/kubeconfigs.ts";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { readContexts } from "../../../kubernetes/connect.ts";
import { twoClusters } from "../verification/planned.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { CommandLine } from "./command-line.ts";
import { ForeignPair } from "./foreign-pair.ts";

const contexts = ["--context", "prod-1", "--context", "prod-2"];

describe("commands for every day, on a mesh that others made", () => {
  let pair: ForeignPair;
  let commandLine: CommandLine;
  before(async () => {
    commandLine = new CommandLine();
    pair = await ForeignPair.start();
    for (const fake of [pair.west, pair.east]) {
      fake.answers.set(
        "/api/v1",
        ok({
          resources: [
            { name: "namespaces", kind: "Namespace", namespaced: false },
            { name: "services", kind: "Service", namespaced: true },
          ],
        }),
      );
    }
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

  const gatewayPod = {
    metadata: { name: "linkerd-gateway-abc-1" },
    spec: { containers: [{ name: "pause" }] },
    status: {
      initContainerStatuses: [{ name: "linkerd-proxy", ready: true, state: { running: {} } }],
      containerStatuses: [{ name: "pause", ready: false, state: { waiting: {} } }],
    },
  };
  const pods = "/api/v1/namespaces/linkerd-multicluster/pods";
  const log = `${pods}/linkerd-gateway-abc-1/log`;

  describe("logs", () => {
    before(() => {
      const at = (second: string, text: string) => `2026-01-01T00:00:${second}.5Z ${text}\n`;
      pair.west.put(pods, gatewayPod);
      pair.east.put(pods, gatewayPod);
      pair.west.answers.set(log, {
        status: 200,
        body: at("01", "one") + at("03", "three \u001b[2J"),
      });
      pair.east.answers.set(log, { status: 200, body: at("02", "two") });
    });

    test("of all clusters are merged by time, with sidecars, without what waits to start", async () => {
      const { exitCode, stdout, stderr } = await run("logs", ...contexts, "--component", "gateway");
      assert.equal(exitCode, exitCodes.success, stderr);
      assert.deepEqual(
        stdout
          .trim()
          .split("\n")
          .map((line) => line.replace(/^(\w+) .*Z /, "$1 ")),
        ["west one", "east two", "west three"],
      );
      assert.match(
        stdout,
        /^west linkerd-gateway-abc-1\/linkerd-proxy 2026-01-01T00:00:01\.5Z one$/m,
      );
    });

    test("ask for what was wanted", async () => {
      const asked: URLSearchParams[] = [];
      const note = (_: string, query: URLSearchParams) => {
        asked.push(query);
        return { status: 200, body: "" };
      };
      const before = pair.east.answers.get(log);
      pair.east.answers.set(log, note);
      const one = ["--cluster", "east", "--component", "gateway"];
      await run("logs", ...contexts, ...one);
      await run("logs", ...contexts, ...one, "--since", "2m");
      await run("logs", ...contexts, ...one, "--tail", "3", "--container", "other");
      if (before !== undefined) pair.east.answers.set(log, before);
      assert.deepEqual(
        asked.map((query) => [query.get("tailLines"), query.get("sinceSeconds")]),
        [
          ["20", null],
          [null, "120"],
        ],
      );
    });

    test("fail where a cluster can't be read, and show the others'", async () => {
      pair.east.answers.set(pods, { status: 403, body: { reason: "Forbidden", message: "no" } });
      const { exitCode, stdout, stderr } = await run("logs", ...contexts, "--component", "gateway");
      pair.east.answers.delete(pods);
      assert.equal(exitCode, exitCodes.failed);
      assert.match(stdout, /^west .* one$/m);
      assert.match(stderr, /^east: .*no/m);
    });

    test("of a cluster that isn't there are refused, with the names", async () => {
      const { exitCode, stderr } = await run("logs", ...contexts, "--cluster", "esat");
      assert.equal(exitCode, exitCodes.badInput);
      assert.match(
        stderr,
        /there is no cluster "esat" \(did you mean "east"\?\)\nclusters: west, east/,
      );
    });
  });

  describe("apply", () => {
    const file = () => path.join(pair.directory, "shop.yaml");
    const service = "/api/v1/namespaces/shop/services/api";
    const objects = [
      "apiVersion: v1\nkind: Service\nmetadata: { name: api, namespace: shop }\nspec: { ports: [{ port: 80 }] }",
      "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }",
    ].join("\n---\n");

    test("makes the objects in every cluster, namespaces first, and again changes nothing", async () => {
      await writeFile(file(), objects);
      for (const time of ["first", "second"]) {
        const { exitCode, stdout, stderr } = await run("apply", ...contexts, "-f", file());
        assert.equal(exitCode, exitCodes.success, `${time}: ${stderr}`);
        assert.deepEqual(stdout.trim().split("\n"), [
          "west  Namespace shop  applied",
          "west  Service shop/api  applied",
          "east  Namespace shop  applied",
          "east  Service shop/api  applied",
        ]);
      }
      for (const fake of [pair.west, pair.east]) assert.ok(fake.has(service));
    });

    test("makes them in the chosen clusters only", async () => {
      for (const fake of [pair.west, pair.east]) fake.remove(service);
      await run("apply", ...contexts, "--cluster", "east", "-f", file());
      assert.deepEqual([pair.west.has(service), pair.east.has(service)], [false, true]);
    });

    test("says who manages a field, and takes it over with --force", async () => {
      await run("apply", ...contexts, "-f", file());
      pair.east.owners.set(`${service} ports`, "argocd");
      await writeFile(file(), objects.replace("port: 80", "port: 81"));
      const { exitCode, stdout, stderr } = await run("apply", ...contexts, "-f", file());
      assert.equal(exitCode, exitCodes.failed);
      assert.match(stdout, /^west {2}Service shop\/api {2}applied$/m);
      assert.match(
        stderr,
        /^east {2}Service shop\/api {2}.*conflict with "argocd".*--force takes/m,
      );
      assert.equal((await run("apply", ...contexts, "-f", file(), "--force")).exitCode, 0);
    });

    test("applies nothing where a file or a kind is wrong, and lists all of it", async () => {
      const before = pair.west.requests.length;
      await writeFile(
        file(),
        "kind: Service\n---\na: [\n---\napiVersion: v1\nkind: Pod\nmetadata: { generateName: x }",
      );
      const { exitCode, stderr } = await run("apply", ...contexts, "-f", file());
      assert.equal(exitCode, exitCodes.badInput);
      assert.match(stderr, /document 1 has no apiVersion, metadata\.name/);
      assert.match(stderr, /document 2: /);
      assert.match(stderr, /document 3 has no metadata\.name \(an object with generateName/);
      assert.equal(pair.west.requests.length, before);
      await writeFile(file(), "apiVersion: v1\nkind: Srvice\nmetadata: { name: x }");
      const unknown = await run("apply", ...contexts, "-f", file());
      assert.equal(unknown.exitCode, exitCodes.badInput);
      assert.match(
        unknown.stderr,
        /west doesn't serve Srvice \(v1\)\n {2}east doesn't serve Srvice \(v1\)/,
      );
      assert.ok(!pair.west.requests.slice(before).some((one) => one.startsWith("PATCH")));
    });
  });

  test("list says that nothing is up, or that Docker could not be asked", async () => {
    const { exitCode, stdout, stderr } = await run("list", "--json");
    const { meshes, problems } = JSON.parse(stdout) as { meshes: unknown[]; problems: string[] };
    assert.equal(exitCode, problems.length === 0 ? exitCodes.success : exitCodes.failed);
    if (problems.length > 0) assert.match(stderr, /Docker can't be asked/);
    assert.ok(Array.isArray(meshes));
  });
});

describe("shell", () => {
  let pair: ForeignPair;
  before(async () => {
    pair = await ForeignPair.start();
  });
  after(() => pair.stop());

  const left = async () =>
    (await readdir(os.tmpdir())).filter((name) => name.startsWith("linkerd-topology-shell-"));

  test("gives a command the kubeconfigs, returns its exit code, and leaves no file", async () => {
    const mesh = {
      plan: twoClusters,
      clusters: [
        { name: "west", kubeconfigPath: pair.kubeconfig, context: "prod-1" },
        { name: "us-east", kubeconfigPath: pair.kubeconfig, context: "prod-2" },
      ],
    };
    const before = await left();
    const told = path.join(pair.directory, "told");
    const script = `cp "$KUBECONFIG" ${told}; cp "$KUBECONFIG_US_EAST" ${told}-east; stat -c %a "$KUBECONFIG" > ${told}-mode; exit 7`;
    assert.equal(await inShell(mesh, ["sh", "-c", script]), 7);
    assert.equal(await inShell(mesh, ["no-such-program"]), 127);
    assert.deepEqual(await left(), before);
    assert.deepEqual(await readContexts({ kubeconfigPath: told }), {
      current: "west",
      names: ["west", "us-east"],
      incomplete: [],
    });
    assert.deepEqual((await readContexts({ kubeconfigPath: `${told}-east` })).names, ["us-east"]);
    assert.equal(await readFile(`${told}-mode`, "utf8"), "600\n");
  });
});
