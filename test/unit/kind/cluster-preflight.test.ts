import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Harness } from "./harness.ts";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
  await harness.makeNetwork();
});

afterEach(async () => {
  await harness.stop();
});

describe("before anything is created", () => {
  it("tells every problem of the machine in one error", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await harness.behave("kind-version", "kind v0.20.0 go1.20 linux/amd64");
    try {
      await assert.rejects(
        harness.create({
          podSubnet: "172.30.0.0/20",
          extraPortMappings: [
            {
              node: 0,
              containerPort: 80,
              hostPort: port,
              listenAddress: "127.0.0.1",
              protocol: "TCP",
            },
          ],
        }),
        (error: Error) => {
          assert.match(error.message, /"west" can't be created/);
          assert.match(error.message, /kind. on PATH is too old.*0\.20\.0.*0\.30/);
          assert.match(error.message, /172\.30\.0\.0\/20 overlaps 172\.30\.0\.0\/16.*"lab"/);
          assert.match(
            error.message,
            new RegExp(`extraPortMappings\\[0\\]\\.hostPort: port ${port}/TCP`),
          );
          return true;
        },
      );
    } finally {
      server.close();
    }
    assert.ok(!(await harness.calls()).some((call) => call.startsWith("kind create")));
  });

  it("looks for ports and mounts on this machine, unless Docker's context leads elsewhere", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port: apiServerPort } = server.address() as AddressInfo;
    const options = {
      apiServerPort,
      extraMounts: [{ hostPath: "/nowhere/data", containerPath: "/data" }],
    };
    try {
      await assert.rejects(harness.create({ options }), (error: Error) => {
        assert.match(
          error.message,
          /options\.apiServerPort: port \d+\/TCP of 127\.0\.0\.1 is taken/,
        );
        assert.match(error.message, /options\.extraMounts\[0\].*\/nowhere\/data.*no such file/);
        return true;
      });
      await harness.behave("docker-endpoint", "ssh://me@somewhere");
      await assert.rejects(
        harness.create({ options }),
        /options\.apiServerAddress: Docker runs on another machine \(ssh:\/\/me@somewhere\)/,
      );
      assert.ok(!(await harness.calls()).some((call) => call.startsWith("kind create")));
      await harness.create({ options: { ...options, apiServerAddress: "192.0.2.7" } });
    } finally {
      server.close();
    }
  });

  it("refuses a context that Docker can't read", async () => {
    await harness.behave("docker-context-fails", 'context "gone": context not found');
    await assert.rejects(harness.create(), /which daemon its context leads to: context "gone"/);
  });

  for (const [what, stderr, message] of [
    [
      "isn't running",
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      /daemon.*doesn't answer.*systemctl start docker/,
    ],
    [
      "is not permitted",
      "permission denied while trying to connect to the Docker daemon socket",
      /may not use Docker.*usermod -aG docker/,
    ],
  ] as const) {
    it(`tells that Docker ${what}`, async () => {
      const inputs = await harness.inputs();
      await harness.behave("docker-fails", stderr);
      await assert.rejects(harness.clusters.create(inputs), message);
    });
  }

  it("tells that this machine has too few inotify instances for its nodes", async () => {
    const inputs = await harness.inputs({ workers: 2 });
    await writeFile(join(harness.root, "inotify-limit"), "128\n");
    await assert.rejects(
      harness.clusters.create(inputs),
      /too few inotify instances: \d+ of 128 are in use, 3 node\(s\) need 144 more.*sysctl/,
    );
  });

  it("tells that Docker, or kind, is not there", async () => {
    const inputs = await harness.inputs();
    const { PATH } = process.env;
    process.env.PATH = "/nowhere";
    await assert.rejects(harness.clusters.create(inputs), /no `docker` on PATH/);
    process.env.PATH = PATH;
  });
});
