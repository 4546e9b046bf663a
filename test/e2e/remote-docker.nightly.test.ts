import assert from "node:assert/strict";
import os from "node:os";
import { after, before, describe, test } from "node:test";
import { dockerEndpoint, isLocalDocker } from "../../system/docker-endpoint.ts";
import type { Topology } from "../../planning/topology.ts";
import { TestEnvironment } from "./environment.ts";
import { testProvedAndUnchanged } from "./proved.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** An address of this machine at which others reach it. */
const address = Object.values(os.networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

const topology = (apiServerAddress?: string): Topology => ({
  clusters: ["west", "east"].map((name) => ({
    name,
    network: "lab",
    ...(apiServerAddress !== undefined && { apiServerAddress }),
  })),
  links: [{ between: ["west", "east"] }],
});

/** This machine's own daemon, at an address that it has for others: nothing is as a local daemon has it. */
describe("a Docker daemon on another machine", { timeout: 1_200_000 }, () => {
  const former = process.env["DOCKER_HOST"];
  let daemon: TcpProxy;
  let environment: TestEnvironment;
  before(async () => {
    assert.ok(address !== undefined, "this machine has no address for others");
    daemon = await TcpProxy.start(await dockerEndpoint(), address);
    process.env["DOCKER_HOST"] = `tcp://${address}:${String(daemon.port)}`;
    environment = await TestEnvironment.create("remote", topology());
  });
  after(async () => {
    await environment.dispose({ down: true });
    if (former === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = former;
    await daemon.stop();
  });

  test("is refused at once where its API servers can't be reached from here", async () => {
    assert.equal(await isLocalDocker(), false);
    await assert.rejects(environment.up(), /Docker runs on another machine.*apiServerAddress/s);
    assert.deepEqual(environment.messages, []);
    assert.deepEqual(await environment.traces(), []);
  });

  test("creates clusters, which are proved", async () => {
    await environment.change(topology(address));
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    assert.ok(daemon.connections > 0);
  });

  testProvedAndUnchanged(() => environment);

  test("has nothing left of them after down", async () => {
    await environment.down();
    assert.deepEqual(await environment.traces(), []);
  });
});
