import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import * as commands from "../../../commands.ts";
import type { NamedMesh } from "../../../commands.ts";
import { makeProgram } from "../../../environments/commands/program.ts";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { TopologyError } from "../../../planning/topology/problem.ts";
import { ForeignPair } from "../cli/foreign-pair.ts";
import { ok } from "../mesh/linked-cluster.ts";

/** Commands whose function has another name, or that only a shell needs. */
const otherwise: Readonly<Record<string, keyof typeof commands | undefined>> = {
  completion: undefined,
  env: undefined,
  shell: undefined,
  "install-plugins": "installPlugins",
  run: "withTopology",
};

test("every command is a function", () => {
  const names = makeProgram().commands.map((command) => command.name());
  const missing = names.filter((name) => {
    const key = name in otherwise ? otherwise[name] : name;
    return key !== undefined && typeof Reflect.get(commands, key) !== "function";
  });
  assert.ok(names.length > 20);
  assert.deepEqual(missing, []);
});

describe("the functions of the commands", () => {
  const was = { ...process.env };
  const pairTopology = {
    name: "pair",
    clusters: [{ name: "west" }, { name: "east" }],
    links: [{ between: ["west", "east"] as const }],
  };
  let pair: ForeignPair;
  let clusters: NamedMesh;
  before(async () => {
    pair = await ForeignPair.start();
    clusters = { kubeconfig: [pair.kubeconfig], context: ["prod-1", "prod-2"] };
    for (const name of Object.keys(process.env)) {
      if (/^(PULUMI|GITHUB)_/.test(name)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, { XDG_STATE_HOME: pair.directory });
  });
  after(async () => {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, was);
    await pair.stop();
  });

  const notUp = { name: "CommandError", exitCode: exitCodes.notUp };

  test("plan takes an object, a file and a ready-made stack, each as the command line does", async () => {
    const file = path.join(pair.directory, "two.yaml");
    await writeFile(file, JSON.stringify({ ...pairTopology, name: undefined }));
    const ofObject = await commands.plan(pairTopology);
    const ofFile = await commands.plan(file);
    assert.equal(ofObject.name, "pair");
    assert.equal(ofFile.name, "two");
    assert.equal((await commands.plan({ file }, { name: "lab" })).name, "lab");
    assert.deepEqual(
      ofFile.links.map(({ source, target }) => [source, target]),
      ofObject.links.map(({ source, target }) => [source, target]),
    );
    assert.equal((await commands.plan("hierarchical")).name, "hierarchical");
    await assert.rejects(commands.plan("hierarchicel"), /did you mean "?hierarchical/);
    assert.match(await commands.diagram(pairTopology), /^(---|graph|flowchart)/m);
  });

  test("all problems of a topology come before anything is asked", async () => {
    const wrong = { ...pairTopology, links: [{ between: ["west", "eats"] as const }] };
    for (const call of [commands.up, commands.plan, commands.verify, commands.status]) {
      await assert.rejects(call(wrong), TopologyError);
    }
  });

  test("what is not up is said with exit code 3", async () => {
    for (const call of [
      commands.status,
      commands.verify,
      commands.kubeconfig,
      commands.runningMesh,
    ]) {
      await assert.rejects(call(pairTopology), notUp);
    }
    await assert.rejects(commands.drill(pairTopology, { take: ["gateway:east"] }), notUp);
    await assert.rejects(commands.load(pairTopology, { images: ["shop:dev"] }), notUp);
  });

  test("status and discover read a mesh that others made", async () => {
    const seen = await commands.status(clusters);
    assert.deepEqual(
      seen.status.clusters.map(({ name }) => name),
      ["west", "east"],
    );
    assert.equal(seen.healthy, !seen.checks.some(({ state }) => state === "failed"));
    const { topology } = await commands.discover({
      kubeconfig: [pair.kubeconfig],
      context: ["prod-1", "prod-2"],
    });
    assert.deepEqual(
      topology.clusters.map(({ name }) => name),
      ["west", "east"],
    );
  });

  test("apply and logs take a part of the clusters, and refuse one that there is not", async () => {
    const path = "/api/v1/namespaces/shop/configmaps/colours";
    for (const fake of [pair.west, pair.east]) {
      fake.answers.set(
        "/api/v1",
        ok({ resources: [{ name: "configmaps", kind: "ConfigMap", namespaced: true }] }),
      );
      fake.answers.set(path, ok({}));
    }
    const text =
      "{ apiVersion: v1, kind: ConfigMap, metadata: { name: colours, namespace: shop } }";
    const applied = await commands.apply(clusters, text, { clusters: ["east"] });
    assert.deepEqual(applied, [{ cluster: "east", object: "ConfigMap shop/colours" }]);
    const problems: string[] = [];
    const whole = await commands.logs(clusters, {
      clusters: ["west"],
      components: ["gateway"],
      onLine: () => undefined,
      onProblem: (text) => problems.push(text),
    });
    assert.equal(whole, problems.length === 0);
    const refused = { name: "CommandError", exitCode: exitCodes.badInput, message: /"north"/ };
    await assert.rejects(commands.apply(clusters, text, { clusters: ["north"] }), refused);
    await assert.rejects(commands.apply(clusters, "kind: ConfigMap"), {
      exitCode: exitCodes.badInput,
    });
  });

  test("kubeconfig has a context for each cluster", async () => {
    const text = await commands.kubeconfig(clusters);
    assert.match(text, /"current-context": "west"/);
    assert.match(text, /"name": "east"/);
  });

  test("rotate and upgrade edit no topology that is in no file", async () => {
    const refused = { name: "CommandError", exitCode: exitCodes.badInput };
    await assert.rejects(commands.rotateOutlook({ topology: pairTopology }), refused);
    await assert.rejects(
      commands.upgradeOutlook({ topology: pairTopology }, { to: "2.20" }),
      refused,
    );
  });
});

test("importing the main entry loads none of what the commands need", async () => {
  const text = await readFile(new URL("../../../library.ts", import.meta.url), "utf8");
  const values = [...text.matchAll(/^export \{[^}]*\} from "\.\/environments\/([^"]+)"/gms)];
  assert.deepEqual(values.map(([, file]) => file).sort(), ["command-error.ts", "with-topology.ts"]);
});
