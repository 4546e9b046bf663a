import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { observe } from "../../../verification/index.ts";
import { gatewayAlive } from "../../../verification/checks/gateway-answers.ts";
import { MixedPair, mixedClusters } from "./mixed-pair.ts";
import { core } from "./running.ts";

describe("a gateway behind a load balancer", () => {
  let pair: MixedPair;
  beforeEach(async () => {
    pair = await MixedPair.start();
  });
  afterEach(() => pair.stop());

  const put = (ingress?: readonly object[]): void => {
    pair.east.put(`${core}/linkerd-multicluster/services`, {
      metadata: { name: "linkerd-gateway" },
      spec: { type: "LoadBalancer" },
      status: { loadBalancer: ingress === undefined ? {} : { ingress } },
    });
  };
  /** The message about a gateway that doesn't answer. */
  const said = async (serviceType: "LoadBalancer" | "NodePort"): Promise<string> => {
    const { clusters, links } = await observe(pair.mesh());
    const [planned] = mixedClusters.links;
    const [status] = links;
    const [source, target] = clusters;
    assert.ok(planned?.gateway && status && source && target);
    const outcome = await gatewayAlive.run({
      plan: { ...planned, gateway: { ...planned.gateway, serviceType } },
      status: { ...status, gateway: { ...status.gateway, state: "not alive" } },
      source,
      target,
    });
    assert.ok(outcome.state === "failed");
    return `${outcome.problem}\n${outcome.mend}`;
  };

  it("waits for an address, where nothing in the cluster gives one: that is said", async () => {
    put();
    const text = await said("LoadBalancer");
    assert.match(
      text,
      /^the Service linkerd-multicluster\/linkerd-gateway of east waits for an address/,
    );
    assert.match(text, /describe service linkerd-gateway.*install a load balancer/);
  });

  it("that has an address, or is reached at nodes, is not answered for another reason", async () => {
    put([{ ip: "203.0.113.7" }]);
    assert.match(await said("LoadBalancer"), /^the probes of east's gateway/);
    put();
    assert.match(await said("NodePort"), /^the probes of east's gateway/);
  });
});
