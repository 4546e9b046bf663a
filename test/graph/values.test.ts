import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  controlPlaneValues,
  type ControlPlaneSettings,
} from "../../components/control-plane-values.ts";
import {
  multiclusterValues,
  type MulticlusterSettings,
} from "../../components/multicluster-values.ts";
import { mergeValues, splitImage } from "../../components/values.ts";

const controlPlane: ControlPlaneSettings = {
  trustDomain: "cluster.local",
  clusterDomain: "cluster.local",
  highAvailability: false,
  images: {},
  values: {},
};

void describe("values of the control plane", () => {
  void it("are few where nothing else is asked for", () => {
    assert.deepEqual(controlPlaneValues(controlPlane), {
      clusterDomain: "cluster.local",
      identityTrustDomain: "cluster.local",
      identity: { issuer: { scheme: "kubernetes.io/tls" } },
      disableHeartBeat: true,
    });
  });

  void it("take image references apart", () => {
    const values = controlPlaneValues({
      ...controlPlane,
      images: { controller: "localhost:5000/l/controller:edge-1", proxy: "l/proxy:2" },
    });
    assert.equal(values["controllerImage"], "localhost:5000/l/controller");
    assert.equal(values["controllerImageVersion"], "edge-1");
    assert.deepEqual(values["proxy"], { image: { name: "l/proxy", version: "2" } });
  });

  void it("let the person's values win, high availability's and images' beside them", () => {
    const values = controlPlaneValues({
      ...controlPlane,
      highAvailability: true,
      images: { proxy: "l/proxy:2" },
      values: { controllerReplicas: 2, proxy: { logLevel: "debug" } },
    });
    assert.equal(values["controllerReplicas"], 2);
    assert.equal(values["webhookFailurePolicy"], "Fail");
    assert.deepEqual(values["proxy"], {
      resources: { cpu: { request: "100m" }, memory: { limit: "250Mi", request: "20Mi" } },
      image: { name: "l/proxy", version: "2" },
      logLevel: "debug",
    });
  });
});

const multicluster: MulticlusterSettings = {
  trustDomain: "cluster.local",
  gateway: { serviceType: "NodePort", port: 30143, probePort: 30191 },
  targets: [{ name: "east", probePort: 30200, headless: true }],
  highAvailability: false,
  images: {},
  values: {},
};

/** Parts of a controller's entry that reach its pod template. */
function podOf(settings: MulticlusterSettings, link: string): unknown {
  const controllers = multiclusterValues(settings)["controllers"] as {
    link: { ref: { name: string } };
    tolerations?: unknown;
    enableHeadlessServices: boolean;
  }[];
  const found = controllers.find((controller) => controller.link.ref.name === link);
  return [found?.tolerations, found?.enableHeadlessServices];
}

void describe("values of the multi-cluster extension", () => {
  void it("pin the gateway's node ports", () => {
    assert.deepEqual(multiclusterValues(multicluster)["gateway"], {
      enabled: true,
      serviceType: "NodePort",
      pauseImage: "registry.k8s.io/pause:3.10.1",
      deploymentAnnotations: {
        "config.alpha.linkerd.io/proxy-wait-before-exit-seconds": "10",
        "config.beta.linkerd.io/proxy-enable-native-sidecar": "false",
        "config.linkerd.io/proxy-enable-native-sidecar": "false",
      },
      nodePort: 30143,
      probe: { nodePort: 30191 },
    });
  });

  void it("have the ports of the gateway's Service, wherever sources reach it", () => {
    const reached = { port: 443, probePort: 8443 };
    const nodes = {
      serviceType: "NodePort",
      ...reached,
      exposed: { port: 30143, probePort: 30191 },
    } as const;
    const balanced = {
      serviceType: "LoadBalancer",
      ...reached,
      exposed: { port: 4143, probePort: 4191 },
    } as const;
    const portsOf = (gateway: typeof nodes | typeof balanced) => {
      const { nodePort, port, probe } = multiclusterValues({ ...multicluster, gateway })[
        "gateway"
      ] as Record<string, unknown>;
      return [nodePort, port, probe];
    };
    assert.deepEqual(portsOf(nodes), [30143, undefined, { nodePort: 30191 }]);
    assert.deepEqual(portsOf(balanced), [undefined, 4143, { port: 4191 }]);
  });

  void it("ask for the load balancer's planned address", () => {
    const gateway = { serviceType: "LoadBalancer", port: 4143, probePort: 4191 } as const;
    const valuesWith = (loadBalancerIP?: string) =>
      multiclusterValues({ ...multicluster, gateway: { ...gateway, loadBalancerIP } })["gateway"];
    assert.equal(
      (valuesWith("192.168.253.136") as object & { loadBalancerIP: string }).loadBalancerIP,
      "192.168.253.136",
    );
    assert.ok(!("loadBalancerIP" in (valuesWith() as object)));
  });

  void it("keep from federated Services what the cluster's Links exclude", () => {
    const federatedWithout = { labels: ["team", "example.org/*"], annotations: ["note"] };
    assert.deepEqual(
      multiclusterValues({ ...multicluster, federatedWithout })["localServiceMirror"],
      {
        excludedLabels: "team,example.org/*",
        excludedAnnotations: "note",
      },
    );
    assert.deepEqual(multiclusterValues(multicluster)["localServiceMirror"], {});
  });

  void it("give the probe Service the port at which the target's gateway is probed", () => {
    const [controller] = multiclusterValues(multicluster)["controllers"] as [
      { gateway: { probe: { port: number } } },
    ];
    assert.equal(controller.gateway.probe.port, 30200);
  });

  void it("roll a controller when its probe port changes, and no other for it", () => {
    const other = { name: "north", probePort: 30191, headless: true };
    const before = { ...multicluster, targets: [...multicluster.targets, other] };
    const after = {
      ...multicluster,
      targets: [{ name: "east", probePort: 30201, headless: true }, other],
    };
    assert.notDeepEqual(podOf(before, "east"), podOf(after, "east"));
    assert.deepEqual(podOf(before, "north"), podOf(after, "north"));
    assert.deepEqual(podOf(multicluster, "east"), podOf(before, "east"), "a further Link");
  });

  void it("keep the tolerations that every controller was given", () => {
    const tolerations = [{ operator: "Exists" }];
    const settings = { ...multicluster, values: { controllerDefaults: { tolerations } } };
    const [list] = podOf(settings, "east") as [unknown[]];
    assert.deepEqual(list[0], tolerations[0]);
    assert.equal(list.length, 2);
  });

  void it("have no gateway or probe where no Link needs one, and never the chart's own accounts", () => {
    const values = multiclusterValues({
      ...multicluster,
      gateway: undefined,
      targets: [{ name: "east", probePort: undefined, headless: false }],
    });
    assert.deepEqual(values["gateway"], { enabled: false });
    assert.equal(values["remoteMirrorServiceAccount"], false);
    assert.deepEqual(values["controllers"], [
      {
        link: { ref: { name: "east" } },
        enableHeadlessServices: false,
        gateway: { enabled: false },
      },
    ]);
  });
});

void describe("merging values", () => {
  const values = fc.object({
    maxDepth: 2,
    values: [fc.integer(), fc.array(fc.integer())],
  });

  void it("is what Helm does: maps by key, lists and the rest replaced", () => {
    assert.deepEqual(
      mergeValues({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, d: { e: 2 } }),
      {
        a: { b: 1, c: [3] },
        d: { e: 2 },
      },
    );
  });

  void it("leaves its arguments alone, and merging nothing or the same changes nothing", () => {
    fc.assert(
      fc.property(values, values, (base, over) => {
        const copies = structuredClone([base, over]);
        const merged = mergeValues(base, over);
        assert.deepEqual([base, over], copies);
        assert.deepEqual(mergeValues(base, {}), base);
        assert.deepEqual(mergeValues(merged, over), merged);
      }),
    );
  });
});

void describe("image references", () => {
  void it("are split at the tag, not at the registry's port", () => {
    assert.deepEqual(splitImage("r:5000/a/b:c"), { name: "r:5000/a/b", version: "c" });
  });
  for (const reference of ["r:5000/a/b", "a/b@sha256:00", "a/b:c@sha256:00"]) {
    void it(`without a plain tag are refused: ${reference}`, () => {
      assert.throws(() => splitImage(reference), /need a name and a tag/);
    });
  }
});
