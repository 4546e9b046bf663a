import assert from "node:assert/strict";
import { access, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { execa } from "execa";
import { stringify } from "yaml";
import { stateDirectory } from "../../../system/state-directory.ts";
import { listRuns } from "../../../environments/reap.ts";
import { temporaryDirectory } from "../../temporary.ts";
import type { OutsidePair, OutsideScenario } from "../outside-pair.ts";

const main = path.resolve(import.meta.dirname, "../../../environments/main.ts");

/**
 * What a run can't take away by removing containers: Linkerd in a cluster that goes on living, and a stack
 * in a backend that others use as well.
 */
export const runExisting: OutsideScenario = {
  name: "run-existing",
  title: "a run in a cluster that exists, with a backend that was chosen",
  tests,
};

function tests(pair: OutsidePair): void {
  let directory = "";
  let env: Record<string, string>;
  const base = `e2e-lent-${process.pid}`;

  before(async () => {
    directory = await temporaryDirectory("linkerd-topology-e2e-lent");
    await mkdir(path.join(directory, "backend"));
    env = {
      XDG_STATE_HOME: path.join(directory, "state"),
      PULUMI_CONFIG_PASSPHRASE: "of my own",
    };
    const topology = { clusters: [pair.spec(pair.north)] };
    await writeFile(path.join(directory, "lent.yaml"), stringify(topology));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  /** Starts a run with the command line, and returns what it printed. */
  const run = async (...args: string[]) => {
    const options = ["--name", base, "--backend", `file://${directory}/backend`];
    const child = await execa(
      process.execPath,
      [
        main,
        "run",
        "--allow-no-data-plane",
        ...options,
        "--topology",
        path.join(directory, "lent.yaml"),
        ...args,
      ],
      { env, reject: false, all: true },
    );
    process.stderr.write(`${child.all}\n`);
    return child;
  };

  const stacks = async (): Promise<string[]> =>
    (await readdir(path.join(directory, "backend"), { recursive: true })).filter((file) =>
      /stacks\/.*\.json$/.test(file),
    );

  test("gives the command the cluster, and afterwards leaves it as it was", async () => {
    const note = path.join(directory, "seen");
    const look = `kubectl get namespace linkerd --output name >"${note}"; exit 7`;
    const { exitCode, all } = await run("--verify", "--", "sh", "-c", look);
    assert.equal(exitCode, 7);
    await access(note);
    // Once with its time, and not once more with that of who passed it on.
    assert.doesNotMatch(all, /^\S+Z +\S+Z /m);
    await pair.assertAsBefore();
    assert.deepEqual(await stacks(), []);
    assert.deepEqual(await listRuns({ env }), []);
    await assert.rejects(access(stateDirectory(env)));
  });
}
