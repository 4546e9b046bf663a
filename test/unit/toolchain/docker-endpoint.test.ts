import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { isLocalDocker, isOtherDocker, whyOutOfReach } from "../../../system/docker-endpoint.ts";

/** A client whose current context is the default one; of others it knows `far` and `rootless`. */
const client = `#!/bin/sh
[ "$*" = "context inspect --format {{.Endpoints.docker.Host}}" ] || exit 9
case "\${DOCKER_CONTEXT:-default}" in
  default) echo unix:///var/run/docker.sock ;;
  far) echo ssh://me@far ;;
  rootless) echo unix:///run/user/1000/docker.sock ;;
  *) echo "context not found" >&2; exit 1 ;;
esac
`;

describe("which Docker daemon is used", () => {
  let folder: string;
  const before = { ...process.env };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "docker-endpoint-"));
    await writeFile(path.join(folder, "docker"), client);
    await chmod(path.join(folder, "docker"), 0o755);
    process.env["PATH"] = `${folder}:/bin`;
    delete process.env["DOCKER_HOST"];
    delete process.env["DOCKER_CONTEXT"];
  });

  afterEach(async () => {
    process.env = { ...before };
    await rm(folder, { recursive: true });
  });

  const skip = process.platform !== "linux" && "on other systems every daemon runs in a VM";

  for (const [what, env, isLocal, isOther] of [
    ["the usual one", {}, true, false],
    [
      "the usual one, said by an empty variable",
      { DOCKER_HOST: "", DOCKER_CONTEXT: "" },
      true,
      false,
    ],
    ["another one of this machine, by its context", { DOCKER_CONTEXT: "rootless" }, true, true],
    ["one of another machine, by its context", { DOCKER_CONTEXT: "far" }, false, true],
    ["one of another machine", { DOCKER_HOST: "tcp://10.1.2.3:2376" }, false, true],
    [
      "one that DOCKER_HOST names, whatever the context",
      { DOCKER_HOST: "unix:///x.sock", DOCKER_CONTEXT: "gone" },
      true,
      true,
    ],
  ] as const) {
    test(`is told of ${what}`, { skip }, async () => {
      assert.equal(await isLocalDocker(env), isLocal);
      assert.equal(await isOtherDocker(env), isOther);
      // The same for a variable of this process's own environment.
      Object.assign(process.env, env);
      assert.deepEqual([await isLocalDocker(), await isOtherDocker()], [isLocal, isOther]);
    });
  }

  test(
    "is an error for a context that doesn't exist, which nothing is installed for",
    { skip },
    async () => {
      const env = { DOCKER_CONTEXT: "gone" };
      await assert.rejects(
        isLocalDocker(env),
        /which daemon its context leads to: context not found/,
      );
      assert.equal(await isOtherDocker(env), true);
    },
  );

  test("is the usual one without a client, unless a context is asked for", { skip }, async () => {
    process.env["PATH"] = "/nowhere";
    assert.deepEqual([await isLocalDocker(), await isOtherDocker()], [true, false]);
    const env = { DOCKER_CONTEXT: "far" };
    await assert.rejects(isLocalDocker(env), /ENOENT/);
    assert.equal(await isOtherDocker(env), true);
  });

  test("is out of reach where it publishes API servers on another machine's loopback alone", () => {
    for (const [endpoint, listenAddress, isOut] of [
      ["ssh://me@build.test", "127.0.0.1", true],
      ["tcp://docker:2375", "0.0.0.0", true],
      ["tcp://[fd00::7]:2376", "127.0.0.1", true],
      ["tcp://10.1.2.3:2376", "10.1.2.3", false],
      ["tcp://localhost:2375", "127.0.0.1", false],
      ["tcp://127.0.0.1:2375", "127.0.0.1", false],
      ["tcp://[::1]:2375", "127.0.0.1", false],
      ["unix:///var/run/docker.sock", "127.0.0.1", false],
      ["npipe:////./pipe/docker_engine", "127.0.0.1", false],
    ] as const) {
      const why = whyOutOfReach(endpoint, listenAddress);
      assert.equal(why !== undefined, isOut, `${endpoint} ${listenAddress}`);
    }
    const why = whyOutOfReach("ssh://me@build.test", "127.0.0.1") ?? "";
    assert.match(why, /another machine \(ssh:\/\/me@build.test\).*apiServerAddress/);
  });
});
