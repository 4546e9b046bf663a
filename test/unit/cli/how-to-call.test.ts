import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import type { Caller } from "../../../environments/how-to-call.ts";
import { howToCall, withCommandLines } from "../../../environments/how-to-call.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const main = "/opt/lt/dist/environments/main.js";
let directory = "";

before(async () => {
  directory = await realpath(await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-")));
});
after(() => rm(directory, { recursive: true, force: true }));

const byNpm = (start: string): Caller => ({
  env: { npm_package_name: "linkerd-topology", npm_lifecycle_event: "up", INIT_CWD: start },
  cwd: root,
  checkout: root,
  main,
});
const byHand = (cwd: string): Caller => ({ env: {}, cwd, checkout: root, main });
const packaged = (env: Caller["env"], cwd = directory): Caller => ({
  env,
  cwd,
  checkout: undefined,
  main,
});

describe("a command line in a message", () => {
  test("is npm's in a checkout, whose scripts are some of the commands", () => {
    const caller = byNpm(root);
    assert.equal(howToCall("up", [], caller), "npm run up");
    assert.equal(howToCall("up", ["flat", "--refresh"], caller), "npm run up -- flat --refresh");
    assert.equal(howToCall("rotate", ["ci.yaml"], caller), "npm run cli -- rotate ci.yaml");
    assert.equal(howToCall("reap", [], caller), "npm run cli -- reap");
  });

  test("leads to the checkout from anywhere else", () => {
    assert.equal(howToCall("up", ["flat"], byNpm("/")), `npm --prefix ${root} run up -- flat`);
    assert.equal(howToCall("up", ["flat"], byHand(root)), "npm run up -- flat");
    assert.equal(
      howToCall("plan", ["ci.yaml"], byHand(path.join(root, "docs"))),
      `npm run plan -- ${root}/docs/ci.yaml`,
    );
    assert.equal(
      howToCall("plan", ["ci.yaml"], byHand("/")),
      `npm --prefix ${root} run plan -- /ci.yaml`,
    );
  });

  test("of the package is the program's where a shell finds it, else npx's, else Node.js'", async () => {
    const bin = path.join(directory, "app", "node_modules", ".bin");
    const global = path.join(directory, "global");
    await mkdir(bin, { recursive: true });
    await mkdir(global);
    for (const folder of [bin, global]) {
      await writeFile(path.join(folder, "linkerd-topology"), "#!/bin/sh\n");
      await chmod(path.join(folder, "linkerd-topology"), 0o755);
    }
    const app = path.join(directory, "app");
    const call = (caller: Caller): string => howToCall("up", ["ci.yaml"], caller);
    assert.equal(call(packaged({ PATH: global })), "linkerd-topology up ci.yaml");
    assert.equal(call(packaged({ npm_command: "exec" })), "npx linkerd-topology up ci.yaml");
    assert.equal(call(packaged({ PATH: "/none" }, app)), "npx linkerd-topology up ci.yaml");
    // npm puts the folder in front for its scripts, and for no shell.
    const script = { PATH: bin, npm_lifecycle_event: "e2e" };
    assert.equal(call(packaged(script, app)), "npx linkerd-topology up ci.yaml");
    assert.equal(call(packaged({ PATH: bin }, app)), "linkerd-topology up ci.yaml");
    assert.equal(call(packaged({ PATH: "/none" })), `node ${main} up ci.yaml`);
  });

  test("is read back by a shell as it was meant", async () => {
    const words = ["my lab.yaml", "it's", "$(touch x)", "`id`", "a;b"];
    const line = howToCall("plan", words, packaged({ npm_command: "exec" }));
    const { stdout } = await execa("bash", ["-c", `npx() { printf '%s\\n' "$@"; }; ${line}`]);
    assert.deepEqual(stdout.split("\n").slice(2), words);
  });

  test("takes the place of every command that a message names, about the same topology", () => {
    const caller = byNpm(root);
    const about = ["ci.yaml", "--name", "mine"];
    const spelled = (text: string): string => withCommandLines(text, about, { caller });
    assert.equal(
      spelled("Run `up`, then `rotate --dry-run`."),
      "Run `npm run up -- ci.yaml --name mine`, then " +
        "`npm run cli -- rotate ci.yaml --name mine --dry-run`.",
    );
    // A name is enough for some commands alone.
    const named = withCommandLines("`up`, `down`, `reap`", ["lab"], { caller, nameAlone: true });
    assert.equal(named, "`up`, `npm run down -- lab`, `npm run cli -- reap`");
    // What names its own topology, or is about none, or is another program's.
    assert.equal(spelled("`down lab-1`"), "`npm run down -- lab-1`");
    assert.equal(spelled("`linkerd-topology reap`"), "`npm run cli -- reap`");
    const others = "`pulumi up`, `kubectl get pods`, up, `linkerd uninstall`, `run`";
    assert.equal(spelled(others), others);
  });

  test("works when it is pasted", async () => {
    const elsewhere = path.join(directory, "elsewhere");
    await mkdir(elsewhere);
    await writeFile(path.join(elsewhere, "ci.yaml"), "clusters: [{ name: west }]\n");
    // Where npm's own variables of this test run are none of the shell's.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/.test(name)),
    );
    const status = await execa(
      process.execPath,
      [path.join(root, "environments/main.ts"), "status", "ci.yaml"],
      {
        cwd: elsewhere,
        reject: false,
        extendEnv: false,
        env: { ...env, XDG_STATE_HOME: directory },
      },
    );
    assert.equal(status.exitCode, 3);
    const line = /`(npm .*)`/.exec(status.stderr)?.[1] ?? "";
    assert.match(line, /^npm --prefix \S+ run up -- \S+\/ci\.yaml$/);
    // The same with a command that changes nothing.
    const { stdout } = await execa("bash", ["-c", line.replace("run up --", "run plan --")], {
      cwd: elsewhere,
      extendEnv: false,
      env,
    });
    assert.match(stdout, /^Topology ci$/m);
    await symlink(root, path.join(directory, "link"));
    assert.equal(
      howToCall("up", ["flat"], { ...byHand(path.join(directory, "link")), checkout: root }),
      "npm run up -- flat",
    );
  });
});
