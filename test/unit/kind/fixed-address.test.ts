import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { addressUnit } from "../../../providers/kind/fixed-address.ts";
import { Harness } from "./harness.ts";

const address = "172.30.255.10";
const unit = "linkerd-topology-fixed-address.service";
let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
  await harness.makeNetwork();
});

afterEach(async () => {
  await harness.stop();
});

describe("a fixed address", () => {
  it("is the control plane's alone, and comes back at every start", async () => {
    const { outputs } = await harness.create({ workers: 1, fixedAddress: address });
    const units = await harness.read("units.log");
    assert.ok(units.includes(`west-control-plane ${unit}\n${addressUnit(address)}`));
    assert.ok(!units.includes(`west-worker ${unit}`));
    assert.equal(outputs.fixedAddress, address);
    assert.match(addressUnit(address), /WantedBy=multi-user\.target/);
    assert.match(addressUnit(address), /ExecStart=.*\$\$\(ip -4 route show default\)/);
  });

  it("comes, changes and goes in place", async () => {
    const { id, inputs, outputs } = await harness.create();
    assert.ok(!(await harness.read("units.log")).includes(unit));
    const news = await harness.inputs({ fixedAddress: address });
    const diff = await harness.clusters.diff(id, inputs, outputs, news);
    assert.deepEqual([diff.diffsList, diff.replacesList], [["fixedAddress"], []]);
    const updated = await harness.clusters.update(id, inputs, outputs, news);
    assert.equal(updated.fixedAddress, address);
    assert.ok((await harness.read("units.log")).includes(addressUnit(address)));
    const without = await harness.clusters.update(id, news, updated, inputs);
    assert.equal(without.fixedAddress, undefined);
    assert.match(await harness.read("units.log"), new RegExp(`west-control-plane without ${unit}`));
  });

  it("is told as lost by a refresh, and given back by the next update", async () => {
    const { id, inputs, outputs } = await harness.create({ fixedAddress: address });
    await harness.behave("addresses", `7: eth0    inet ${address}/32 scope global eth0:api`);
    assert.deepEqual(await harness.clusters.read(id, inputs, outputs), { id, inputs, outputs });
    await harness.behave("addresses", `7: eth0    inet ${address}1/32 scope global eth0:api`);
    const read = await harness.clusters.read(id, inputs, outputs);
    assert.equal(read.inputs.fixedAddress, undefined);
    assert.equal(read.outputs.fixedAddress, undefined);
    const diff = await harness.clusters.diff(id, read.inputs, read.outputs, inputs);
    assert.deepEqual(diff.diffsList, ["fixedAddress"]);
  });

  it("is an IPv4 address", async () => {
    await assert.rejects(harness.inputs({ fixedAddress: "::1" }), /"::1" is no IPv4 address/);
  });

  describe("of several control planes", () => {
    const balancer = "west-external-load-balancer";
    const several = { controlPlanes: 3 };
    const connections = async () =>
      (await harness.calls()).filter((call) => / network connect | start | stop /.test(call));

    it("is their load balancer's, by Docker, which keeps it over restarts", async () => {
      const { id, inputs, outputs } = await harness.create({ ...several, fixedAddress: address });
      assert.deepEqual([outputs.fixedAddress, outputs.loadBalancerAddress], [address, address]);
      assert.ok(!(await harness.read("units.log")).includes(unit), "no node has it");
      const calls = (await connections()).map((call) => call.replace(/id-of-\S+/, "ID"));
      assert.deepEqual(calls, [
        "docker stop ID",
        `docker network connect --ip ${address} lab ID`,
        "docker start ID",
      ]);
      assert.deepEqual(await harness.clusters.read(id, inputs, outputs), { id, inputs, outputs });
      await harness.clusters.update(id, inputs, outputs, inputs);
      assert.deepEqual(await connections(), [], "it has it already");
    });

    it("is told as lost by a refresh, and given back by the next update", async () => {
      const { id, inputs, outputs } = await harness.create({ ...several, fixedAddress: address });
      await harness.alter(balancer, ({ NetworkSettings }) => {
        Object.assign(NetworkSettings.Networks.lab ?? {}, { IPAddress: "172.30.0.77" });
      });
      const read = await harness.clusters.read(id, inputs, outputs);
      assert.equal(read.inputs.fixedAddress, undefined);
      assert.equal(read.outputs.fixedAddress, undefined);
      const updated = await harness.clusters.update(id, read.inputs, read.outputs, inputs);
      assert.deepEqual([updated.fixedAddress, updated.loadBalancerAddress], [address, address]);
    });

    it("is none in a network whose subnet Docker chose itself, and everything works by the name", async () => {
      await harness.behave("own-subnet");
      const { outputs } = await harness.create({ ...several, fixedAddress: address });
      assert.equal(outputs.fixedAddress, undefined);
      assert.equal(outputs.loadBalancerAddress, "172.30.0.9");
      assert.equal(outputs.internalEndpoint, `https://${balancer}:6443`);
    });

    it("ends in place", async () => {
      const { id, inputs, outputs } = await harness.create({ ...several, fixedAddress: address });
      const without = await harness.inputs(several);
      const updated = await harness.clusters.update(id, inputs, outputs, without);
      assert.equal(updated.fixedAddress, undefined);
      assert.equal(updated.loadBalancerAddress, "172.30.0.9");
    });
  });
});
