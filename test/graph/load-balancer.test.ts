import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { countResources } from "../../planning/count-resources.ts";
import { planOrThrow } from "../../planning/plan.ts";
import { memberName, registerTopology, sources, temporaryDirectory } from "./fixtures.ts";
import { find } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const topology = {
  clusters: [
    { name: "west", slot: 1 },
    {
      name: "east",
      slot: 2,
      gateway: {
        serviceType: "LoadBalancer" as const,
        serviceAnnotations: { "example.com/type": "nlb" },
      },
    },
  ],
  links: [{ from: "west", to: "east" }],
  docker: { subnet: "172.30.0.0/16" },
};
const release = "kubernetes:helm.sh/v3:Release";

void describe("a gateway behind a load balancer on kind", async () => {
  const metallb = {
    chart: "/charts/metallb",
    archives: ["/controller.tar", "/speaker.tar"],
    images: { controller: "own/controller:v1", speaker: "own/speaker:v1" },
  };
  const all = await registerTopology(topology, { metallb });
  const name = `${memberName(all, "east")}-load-balancer`;

  void it("has the resources that were counted, and those of one cluster alone", () => {
    assert.equal(countResources(planOrThrow(topology, { name: "lab", sources })), all.length + 1);
    const balancers = all.filter(({ type }) => type === "linkerd-topology:index:LoadBalancer");
    assert.deepEqual(
      balancers.map((one) => one.name),
      [name],
    );
  });

  void it("gets MetalLB from the sources, whose images only its cluster loads", () => {
    const { inputs } = find(all, release, name);
    assert.equal(inputs["chart"], "/charts/metallb");
    assert.partialDeepStrictEqual(inputs["values"], {
      controller: { image: { repository: "own/controller", tag: "v1" } },
      speaker: {
        image: { repository: "own/speaker", tag: "v1" },
        frr: { enabled: false },
        ignoreExcludeLB: true,
      },
    });
    const loaded = (cluster: string) => {
      const { inputs: made } = find(all, "kind:index:Cluster", memberName(all, cluster));
      return (made["imageArchives"] as string[]).filter((path) => metallb.archives.includes(path));
    };
    assert.deepEqual([loaded("west"), loaded("east")], [[], metallb.archives]);
  });

  void it("takes the address that the Links lead to, of the range that is announced", () => {
    const pool = find(all, "kubernetes:metallb.io/v1beta1:IPAddressPool", `${name}-ipaddresspool`);
    assert.deepEqual(pool.inputs["spec"], { addresses: ["172.30.128.16/29"] });
    const announced = find(
      all,
      "kubernetes:metallb.io/v1beta1:L2Advertisement",
      `${name}-l2advertisement`,
    );
    assert.deepEqual(announced.inputs["spec"], { ipAddressPools: ["linkerd-topology"] });
    const extension = find(all, release, `${memberName(all, "east")}-multicluster`);
    assert.partialDeepStrictEqual(extension.inputs["values"], {
      gateway: {
        serviceType: "LoadBalancer",
        loadBalancerIP: "172.30.128.16",
        serviceAnnotations: { "example.com/type": "nlb" },
      },
    });
  });
});

void it("MetalLB comes from its repository where no sources name it", async () => {
  const all = await registerTopology({
    ...topology,
    clusters: topology.clusters.slice(1),
    links: [],
  });
  assert.deepEqual(
    all.filter(({ type }) => type === "linkerd-topology:index:LoadBalancer"),
    [],
    "a cluster without a gateway needs none",
  );
  const asked = await registerTopology({
    clusters: [{ name: "west", loadBalancer: true }],
    docker: topology.docker,
  });
  const { inputs } = find(asked, release, `${memberName(asked, "west")}-load-balancer`);
  assert.deepEqual(
    [inputs["chart"], inputs["version"], inputs["repositoryOpts"]],
    ["metallb", "0.15.2", { repo: "https://metallb.github.io/metallb" }],
  );
});
