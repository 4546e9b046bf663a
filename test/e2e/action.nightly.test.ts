import assert from "node:assert/strict";
import { access, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { stateDirectory } from "../../system/state-directory.ts";
import { temporaryDirectory } from "../temporary.ts";
import { readAction, runComposite } from "../unit/cli/composite.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Does what GitHub's runner would do. Unit tests have the cases in which nothing is created. */
describe("the GitHub Action", { timeout: 900_000 }, () => {
  let workspace = "";
  before(async () => {
    workspace = await temporaryDirectory("linkerd-topology-e2e-action");
    const name = `e2e-action-${process.pid}`;
    await writeFile(
      path.join(workspace, "lab.yaml"),
      `name: ${name}\nclusters: [{ name: west }]\n`,
    );
  });
  after(() => rm(workspace, { recursive: true, force: true }));

  test("brings the topology up, verifies it, runs the command, and leaves nothing", async () => {
    const env = { XDG_STATE_HOME: path.join(workspace, "state") };
    const { steps, summary } = await runComposite({
      action: await readAction(path.join(root, "action.yml")),
      actionPath: root,
      workspace,
      inputs: {
        topology: "lab.yaml",
        command: "kubectl --context west get nodes --output name | tee nodes; false",
        cache: "false",
        images: process.env["IMAGES"] ?? "",
        "allow-no-data-plane": "true",
      },
      env,
    });
    const outcomeOf = (name: string) => steps.find(({ step }) => step === name)?.outcome;
    const output = steps.map((step) => `${step.step}: ${step.output}`).join("\n");
    assert.equal(outcomeOf("Check the topology"), "success", output);
    // If the command fails, the step fails, and everything is removed nevertheless.
    assert.equal(outcomeOf("Run with the topology"), "failure", output);
    assert.equal(outcomeOf("Remove what is left"), "success", output);
    assert.match(
      await readFile(path.join(workspace, "nodes"), "utf8"),
      /^node\/.*-west-control-plane$/m,
    );
    assert.match(summary, /^## ✅ e2e-action-.*: as planned/);
    assert.match(output, /nothing is left/);
    await assert.rejects(access(stateDirectory(env)));
  });
});
