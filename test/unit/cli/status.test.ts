import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import stringWidth from "string-width";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { readProject } from "../../../environments/project.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { twoClusters } from "../verification/planned.ts";
import { CommandLine } from "./command-line.ts";

const escape = String.fromCharCode(27);

/** The command line on a stack whose state is there, and on clusters that have nothing of Linkerd. */
describe("status of a mesh that is not as planned", () => {
  let directory = "";
  let cluster: FakeKubernetes;
  let commandLine: CommandLine;
  before(async () => {
    commandLine = new CommandLine();
    directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-"));
    cluster = await FakeKubernetes.start();
    const gitVersion = `v1.34.2${escape}[2J${escape}]0;title\u0007\u202e`;
    cluster.answers.set("/version", { status: 200, body: { gitVersion } });
    const message = `no right${escape}[31m, ${escape}[8mnone`;
    cluster.answers.set("/api/v1/nodes", {
      status: 403,
      body: { kind: "Status", reason: "Forbidden", message },
    });
    const kubeconfigPath = path.join(directory, "kubeconfig");
    await writeFile(kubeconfigPath, cluster.kubeconfig);
    const { name } = await readProject();
    const stacks = path.join(directory, "linkerd-topology", "backend", ".pulumi", "stacks", name);
    await mkdir(stacks, { recursive: true });
    const outputs = {
      plan: twoClusters,
      clusters: ["west", "east"].map((one) => ({ name: one, kubeconfigPath })),
    };
    const stack = { urn: `urn:pulumi:two::${name}::pulumi:pulumi:Stack::${name}-two`, outputs };
    const latest = { resources: [stack] };
    await writeFile(
      path.join(stacks, "two.json"),
      JSON.stringify({ version: 3, checkpoint: { stack: "two", latest } }),
    );
  });
  after(async () => {
    await commandLine.stop();
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const status = (...options: string[]) => {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([one]) => !/^(PULUMI|GITHUB|npm)_/.test(one)),
    );
    const own = { XDG_STATE_HOME: directory, NO_COLOR: "1", COLUMNS: "80" };
    return commandLine.run(["status", "two", ...options], {
      cwd: directory,
      env: { ...env, ...own },
    });
  };

  test("ends with 4, in a table that fits, and nothing of a cluster steers the terminal", async () => {
    const { exitCode, stdout, stderr } = await status();
    assert.equal(exitCode, exitCodes.notProved, stderr);
    assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(stdout), stdout);
    assert.match(stdout, /^west +v1\.34\.2\ufffd /m);
    assert.match(stdout, /no right, none/);
    const tables = stdout.split("\nKubeconfig")[0] ?? "";
    for (const line of tables.split("\n")) assert.ok(stringWidth(line) <= 80, line);
    // Its name leads to what runs, and to no file that could be brought up.
    assert.match(stdout, /Run `up`\./);
    assert.doesNotMatch(stdout, /run up -- two/);
  });

  test("is a document that says what the cluster said, in letters that steer nothing", async () => {
    const { exitCode, stdout } = await status("--json");
    assert.equal(exitCode, exitCodes.notProved);
    assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(stdout));
    const { proved, clusters } = JSON.parse(stdout) as {
      proved: boolean;
      clusters: readonly { readonly kubernetesVersion?: string }[];
    };
    assert.equal(proved, false);
    assert.match(clusters[0]?.kubernetesVersion ?? "", /\u202e$/);
  });
});
