import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { AskedCluster } from "../../../verification/checks/asked.ts";
import { noExternalWorkloads } from "../../../verification/checks/no-external-workloads.ts";
import { podsInSubnet } from "../../../verification/checks/pods-in-subnet.ts";
import { exhaustiveCatalogue, thoroughCatalogue } from "../../../verification/checks/thorough.ts";
import type { LinkPlan } from "../../../planning/plan-types.ts";
import type { CheckResult, Mesh, Verification } from "../../../verification/index.ts";
import { failuresOf, verify } from "../../../verification/index.ts";
import { noticesIn } from "../../../verification/render/counts.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok, proxy } from "../mesh/linked-cluster.ts";
import { beyondRights } from "./documented-rights.ts";
import { meshOfTwo, twoClusters } from "./planned.ts";
import { core, deployments } from "./running.ts";
import {
  configurations,
  expires,
  foreignCertificate,
  putPod,
  putWebhook,
  setLease,
  setProxyExpiry,
  thoroughCluster,
  validated,
} from "./thorough-cluster.ts";
import {
  expiredWebhookCertificate,
  futureWebhookCertificate,
  webhookCertificates,
} from "./webhook-certificates.ts";

/** Checks for existing clusters run only there. */
const ofEveryCluster = thoroughCatalogue.cluster.filter(({ id }) => id !== "pods-in-subnet");
/** Links that lead through gateways alone carry no Service whose endpoints the source resolves. */
const ofEveryLink = thoroughCatalogue.link.filter(({ id }) => id !== noExternalWorkloads.id);

describe("what only a verification asks", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  beforeEach(async () => {
    const proxyImage = "cr.example/linkerd/proxy:edge-26.1.1";
    west = await thoroughCluster({ name: "west", target: "east", octet: 10, proxyImage });
    east = await thoroughCluster({ name: "east", target: "west", octet: 20, proxyImage });
  });
  afterEach(async () => {
    await Promise.all([west.stop(), east.stop()]);
  });

  const mesh = (): Mesh => meshOfTwo(west, east);
  const look = (): Promise<Verification> => verify(mesh(), { traffic: false, limit: 0 });
  /** The failures, as `subject check: problem`. */
  const failures = async (): Promise<readonly string[]> => {
    const { results, proved } = await look();
    const failed = failuresOf(results);
    assert.equal(proved, failed.length === 0);
    for (const { mend } of failed) assert.notEqual(mend, "");
    return failed.map(({ subject, check, problem }) => `${subject} ${check}: ${problem}`);
  };
  const resultsOf = async (check: string): Promise<readonly CheckResult[]> =>
    (await look()).results.filter((result) => result.check === check);

  it("as planned: every check passes in every cluster and of every Link but what has no premise", async () => {
    const { results, proved } = await look();
    assert.deepEqual(failuresOf(results), []);
    assert.ok(proved);
    for (const { id } of ofEveryCluster) {
      const states = results.filter(({ check }) => check === id).map(({ state }) => state);
      assert.deepEqual(states, ["passed", "passed"], id);
    }
    const detail = (check: string, subject: string): unknown =>
      results.flatMap((one) =>
        one.check === check && one.subject === subject && one.state === "passed"
          ? [one.detail]
          : [],
      )[0];
    assert.equal(detail("webhooks-trusted", "west"), "3, until 2120-01-01");
    assert.equal(detail("cluster-networks-complete", "west"), "2 addresses");
    assert.equal(detail("one-service-mirror", "west → east"), "controller-east-5d8f-abcde");
  });

  it("needs no right that the documented account for existing clusters lacks", async () => {
    await look();
    const requests = [...west.requests, ...east.requests];
    assert.ok(requests.length > 50);
    assert.deepEqual(beyondRights("account.yaml", requests), []);
  });

  it("keeps the order of groups, and says how long each check took that asked", async () => {
    const { results } = await look();
    const groups = results.map(({ group }) => group);
    assert.deepEqual([...new Set(groups)], ["mesh", "clusters", "Links"]);
    assert.deepEqual(
      groups,
      groups.toSorted((a = "", b = "") => "mcL".indexOf(a.charAt(0)) - "mcL".indexOf(b.charAt(0))),
    );
    const timed = results.filter(({ milliseconds }) => milliseconds !== undefined);
    assert.equal(
      timed.length,
      2 * ofEveryCluster.length + 2 * ofEveryLink.length + 2 * exhaustiveCatalogue.link.length,
    );
  });

  it("tells each result while it goes", async () => {
    const seen: string[] = [];
    const { results } = await verify(mesh(), {
      traffic: false,
      limit: 0,
      onProgress: ({ done, total, latest }) => seen.push(`${done}/${total} ${latest?.check ?? ""}`),
    });
    assert.equal(seen.length, results.length);
    assert.match(seen.at(-1) ?? "", new RegExp(`^${results.length}/${results.length} `));
  });

  const webhooks = [
    [
      "the API server trusts another certificate",
      () => {
        putWebhook(
          west,
          "linkerd-sp-validator",
          foreignCertificate,
          webhookCertificates["linkerd-sp-validator"],
        );
      },
      /^west webhooks-trusted: linkerd-sp-validator: the API server trusts a different certificate/,
    ],
    [
      "a certificate has expired",
      () => {
        const [trusted, serving] = [expiredWebhookCertificate, expiredWebhookCertificate];
        putWebhook(west, "linkerd-proxy-injector", trusted, serving);
      },
      /^west webhooks-trusted: linkerd-proxy-injector: its certificate expired at 2020-01-02/,
    ],
    [
      "a certificate isn't valid yet",
      () => {
        const [trusted, serving] = [futureWebhookCertificate, futureWebhookCertificate];
        putWebhook(west, "linkerd-proxy-injector", trusted, serving);
      },
      /^west webhooks-trusted: linkerd-proxy-injector: its certificate is not valid before 2119/,
    ],
    [
      "a certificate is another host's",
      () => {
        const other = webhookCertificates["linkerd-sp-validator"];
        putWebhook(west, "linkerd-policy-validator", other, other);
      },
      /^west webhooks-trusted: linkerd-policy-validator: its certificate is not for linkerd-policy-validator\.linkerd\.svc$/,
    ],
    [
      "a configuration is gone",
      () => {
        const path = configurations["linkerd-proxy-injector"];
        west.remove(`${path}/linkerd-proxy-injector-webhook-config`);
      },
      /^west webhooks-trusted: linkerd-proxy-injector: the API server isn't configured to ask it$/,
    ],
    [
      "a certificate is gone",
      () => {
        west.remove(`${core}/linkerd/secrets/linkerd-sp-validator-k8s-tls`);
      },
      /^west webhooks-trusted: linkerd-sp-validator: Secret linkerd-sp-validator-k8s-tls contains no certificate$/,
    ],
  ] as const;
  for (const [what, change, expected] of webhooks) {
    it(`webhooks: ${what}`, async () => {
      change();
      const found = await failures();
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", expected);
    });
  }

  it("validators: one that lets things through, one that isn't reached, one without its resource", async () => {
    const path = validated["linkerd-sp-validator"];
    west.answers.set(path, ok({}));
    assert.deepEqual(await failures(), [
      "west validators-refuse: linkerd-sp-validator.linkerd.io let an invalid ServiceProfile through",
    ]);
    const message = "failed calling webhook: connection refused";
    west.answers.set(path, { status: 500, body: { reason: "InternalError", message } });
    assert.deepEqual(await failures(), [
      `west validators-refuse: linkerd-sp-validator.linkerd.io was not asked: ${message}`,
    ]);
    west.answers.set(path, { status: 404, body: { reason: "NotFound", message: "no" } });
    assert.deepEqual(await failures(), [
      "west validators-refuse: linkerd-sp-validator.linkerd.io can't be asked: nothing serves ServiceProfiles",
    ]);
  });

  it("validators: one that the API server could not reach in time is asked again", async () => {
    const path = validated["linkerd-sp-validator"];
    const denial = west.answers.get(path);
    assert.ok(denial !== undefined && typeof denial !== "function");
    // What an API server says that may ignore the webhook's failure.
    const said = [ok({}), ok({}), denial];
    west.answers.set(path, () => said.shift() ?? denial);
    assert.deepEqual(await failures(), []);
    assert.deepEqual(said, []);
  });

  it("validators: a policy controller that is a stand-in is not asked", async () => {
    await Promise.all([west.stop(), east.stop()]);
    west = await thoroughCluster({ name: "west", target: "east", octet: 10 });
    east = await thoroughCluster({ name: "east", target: "west", octet: 20 });
    west.answers.set(validated["linkerd-policy-validator"], ok({}));
    assert.deepEqual(await failures(), []);
    const [result] = await resultsOf("validators-refuse");
    assert.equal(
      result?.state === "passed" && result.detail,
      "1; the policy controller is a stand-in",
    );
  });

  it("pods in the subnets of a cluster that exists, whatever its nodes' shares are", async () => {
    const pod = (ip: string, hostNetwork = false) => ({
      metadata: { namespace: "default", name: `p-${ip}` },
      spec: { containers: [], hostNetwork },
      status: { podIPs: [{ ip }, { ip: "fd00::7" }] },
    });
    const outcome = async (podSubnet: string, ...pods: object[]) => {
      const subject = {
        plan: { type: "existing", name: "staging", podSubnet },
        lists: { livePods: () => Promise.resolve(pods) },
      } as unknown as AskedCluster;
      assert.ok(podsInSubnet.applies?.(subject));
      const { state, ...rest } = await podsInSubnet.run(subject);
      return [state, "problem" in rest ? rest.problem : ""];
    };
    const pods = [pod("10.1.0.7"), pod("100.64.3.9"), pod("203.0.113.7", true)];
    assert.deepEqual(await outcome("10.1.0.0/16,100.64.0.0/16", ...pods), ["passed", ""]);
    assert.deepEqual(await outcome("10.1.0.0/16", ...pods), [
      "failed",
      "outside of 10.1.0.0/16: pod default/p-100.64.3.9 (100.64.3.9)",
    ]);
    assert.equal((await outcome("10.1.0.0/16"))[0], "not run");
  });

  it("cluster networks: a pod, a Service, a node's share outside; none named at all", async () => {
    putPod(west, "far", { ip: "100.64.0.7" });
    west.put(`${core}/default/services`, {
      metadata: { name: "far" },
      spec: { clusterIPs: ["192.168.0.9", "None"] },
    });
    assert.deepEqual(await failures(), [
      "west cluster-networks-complete: outside of 10.0.0.0/8, 172.16.0.0/12: pod default/far (100.64.0.7); Service default/far (192.168.0.9)",
    ]);
    west.put(`${core}/linkerd/configmaps`, {
      metadata: { name: "linkerd-config" },
      data: { values: "clusterNetworks: 10.10.0.0/25,100.64.0.0/10,192.168.0.0/16,10.10.8.0/21" },
    });
    assert.deepEqual(await failures(), [
      "west cluster-networks-complete: outside of 10.10.0.0/25, 100.64.0.0/10, 192.168.0.0/16, 10.10.8.0/21: node two-west-control-plane's pods (10.10.0.0/24)",
    ]);
    west.put(`${core}/linkerd/configmaps`, { metadata: { name: "linkerd-config" }, data: {} });
    assert.deepEqual(await failures(), [
      "west cluster-networks-complete: ConfigMap linkerd-config names no clusterNetworks",
    ]);
  });

  it("cluster networks: what is on the host's network, or has no address yet, doesn't count", async () => {
    putPod(west, "host", { ip: "8.8.8.8", spec: { hostNetwork: true, containers: [] } });
    west.put(`${core}/default/services`, {
      metadata: { name: "headless" },
      spec: { clusterIPs: ["None"] },
    });
    west.put(`${core}/default/services`, { metadata: { name: "external" }, spec: {} });
    assert.deepEqual(await failures(), []);
  });

  it("workloads: names the pods that ask for a proxy and have none", async () => {
    const bare = { containers: [{ name: "main" }] };
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) putPod(west, name, { spec: bare });
    const [found = ""] = await failures();
    assert.equal(
      found,
      "west workloads-have-proxies: 7 of 8 have none: default/a; default/b; default/c; default/d; default/e; and 2 more",
    );
  });

  it("workloads: those that ask for none, or can't have one, need none", async () => {
    const bare = { containers: [{ name: "main" }] };
    putPod(west, "disabled", { spec: bare, annotations: { "linkerd.io/inject": "disabled" } });
    putPod(west, "unknown", { spec: bare, annotations: { "linkerd.io/inject": "yes" } });
    putPod(west, "host", { spec: { ...bare, hostNetwork: true } });
    west.put(`${core}/kube-system/pods`, {
      metadata: { name: "dns", annotations: { "linkerd.io/inject": "enabled" } },
      spec: bare,
    });
    assert.deepEqual(await failures(), []);
  });

  it("workloads: a namespace asks for all of its pods", async () => {
    west.put("/api/v1/namespaces", {
      metadata: { name: "shop", annotations: { "linkerd.io/inject": "ingress" } },
    });
    const pods = `${core}/shop/pods`;
    west.put(pods, { metadata: { name: "bare" }, spec: { containers: [{ name: "main" }] } });
    west.put(pods, {
      metadata: { name: "out", annotations: { "linkerd.io/inject": "disabled" } },
      spec: { containers: [{ name: "main" }] },
    });
    assert.deepEqual(await failures(), [
      "west workloads-have-proxies: 1 of 2 have none: shop/bare",
    ]);
  });

  it("workloads: where no pod asks, it isn't run", async () => {
    west.remove(`${core}/default/pods/web-0`);
    const [result] = await resultsOf("workloads-have-proxies");
    assert.equal(result?.state, "not run");
  });

  it("proxies: an expired certificate, none yet, metrics that can't be read", async () => {
    setProxyExpiry(west, "linkerd", "linkerd-identity-5d8f-abcde", expires - 200_000);
    setProxyExpiry(west, "linkerd", "linkerd-destination-5d8f-abcde", 0);
    const gateway = `${core}/linkerd-multicluster/pods/linkerd-gateway-5d8f-abcde:4191/proxy/metrics`;
    west.answers.set(gateway, { status: 503, body: { reason: "Unavailable", message: "gone" } });
    const [found = "", ...others] = await failures();
    assert.deepEqual(others, []);
    assert.match(found, /linkerd\/linkerd-identity-5d8f-abcde: expired at /);
    assert.match(found, /linkerd\/linkerd-destination-5d8f-abcde has no certificate yet/);
    assert.match(found, /linkerd-gateway-5d8f-abcde: its metrics can't be read \(.*503.*gone\)/);
  });

  it("proxies: one whose log says that it makes no connections any more", async () => {
    const log = `${core}/default/pods/web-0/log`;
    const asked: (string | null)[] = [];
    const says = (text: string, image: string, native = false): void => {
      const proxies = [{ ...proxy(image), ...(native && { restartPolicy: "Always" }) }];
      putPod(west, "web-0", {
        spec: {
          containers: [{ name: "main" }, ...(native ? [] : proxies)],
          initContainers: native ? proxies : [],
        },
      });
      west.answers.set(log, (_, query) => {
        asked.push(query.get("container"));
        return { status: 200, body: text };
      });
    };
    const words =
      '[12.3s] WARN linkerd_app_core: Unexpected error error="buffer\'s worker closed unexpectedly"';
    for (const native of [false, true]) {
      says(words, "cr.example/linkerd/proxy:edge-26.1.1", native);
      const [found = "", ...others] = await failures();
      assert.deepEqual(others, []);
      assert.match(found, /^west proxies-alive: 1 of \d+ proxies have: default\/web-0$/);
    }
    assert.deepEqual([...new Set(asked)], ["linkerd-proxy"]);
    const [result] = await resultsOf("proxies-alive");
    assert.ok(result?.state === "failed" && result.final === true);
    assert.match(result.mend, /-n default delete pod web-0\. .*edge-26\.3\.3 .*linkerd2#14954/);
    // An unknown release may be an old one. A release that is new enough isn't even asked.
    says(words, "registry.example/own-proxy:7");
    assert.match((await failures()).join(), /west proxies-alive: /);
    says(words, "cr.example/linkerd/proxy:edge-26.3.3");
    asked.length = 0;
    assert.deepEqual([await failures(), asked], [[], []]);
    says("all is well", "cr.example/linkerd/proxy:edge-26.1.1");
    assert.deepEqual(await failures(), []);
  });

  it("proxies: a log that can't be read is no good news", async () => {
    west.answers.set(`${core}/default/pods/web-0/log`, { status: 403, body: { message: "no" } });
    assert.match((await failures()).join(), /west proxies-alive: /);
  });

  describe("releases", () => {
    const controller = (release: string) => `cr.example/linkerd/controller:${release}`;
    const proxyOf = (release: string) => proxy(`cr.example/linkerd/proxy:${release}`);
    const putOwn = (namespace: string, deployment: string, main: string, sidecar: string) => {
      west.put(`${core}/${namespace}/pods`, {
        metadata: {
          name: `${deployment}-5d8f-abcde`,
          ...(deployment === "controller-east" && {
            labels: { "mirror.linkerd.io/cluster-name": "east" },
          }),
        },
        spec: { containers: [{ name: "main", image: controller(main) }, proxyOf(sidecar)] },
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      });
    };

    for (const [what, namespace, deployment, main, sidecar, problem] of [
      [
        "two of the control plane",
        "linkerd",
        "linkerd-identity",
        "edge-26.6.3",
        "edge-26.1.1",
        /the control plane is of edge-26\.1\.1 and edge-26\.6\.3/,
      ],
      [
        "another one of the extension",
        "linkerd-multicluster",
        "controller-east",
        "edge-26.6.3",
        "edge-26.1.1",
        /the multicluster extension is of edge-26\.6\.3, the control plane of edge-26\.1\.1/,
      ],
      [
        "another one of the gateway's proxy",
        "linkerd-multicluster",
        "linkerd-gateway",
        "edge-26.1.1",
        "edge-25.10.7",
        /a gateway's proxy is of edge-25\.10\.7, the control plane's of edge-26\.1\.1/,
      ],
    ] as const) {
      it(`fail: ${what}`, async () => {
        putOwn(namespace, deployment, main, sidecar);
        const [failure = "", ...others] = await failures();
        assert.match(failure, /^west releases-together: /);
        assert.match(failure, problem);
        assert.deepEqual(others, []);
      });
    }

    it("fail where a workload's proxy is more than one stable release away, and are told where it is older", async () => {
      putPod(west, "web-0", { spec: { containers: [{ name: "main" }, proxyOf("edge-25.4.4")] } });
      assert.deepEqual(await failures(), []);
      const [result] = await resultsOf("releases-together");
      assert.match(result?.notice ?? "", /default\/Pod\/web-0 \(edge-25\.4\.4\).*linkerd\.restart/);
      for (const one of ["identity", "destination", "proxy-injector"]) {
        putOwn("linkerd", `linkerd-${one}`, "edge-26.6.3", "edge-26.6.3");
      }
      for (const one of ["linkerd-gateway", "controller-east"]) {
        putOwn("linkerd-multicluster", one, "edge-26.6.3", "edge-26.6.3");
      }
      const [failure = "", ...others] = await failures();
      assert.match(
        failure,
        /^west releases-together: the control plane is of edge-26\.6\.3, .* default\/Pod\/web-0/,
      );
      assert.deepEqual(others, []);
    });

    it("aren't judged where no tag tells one", async () => {
      for (const one of ["identity", "destination", "proxy-injector"]) {
        putOwn("linkerd", `linkerd-${one}`, "own", "own");
      }
      const [result] = await resultsOf("releases-together");
      assert.equal(result?.state, "not run");
    });
  });

  it("proxies: that there are old ones is said once for all clusters", async () => {
    const notices = noticesIn((await look()).results).filter(({ title }) => /outbound/.test(title));
    assert.deepEqual(
      notices.map(({ subjects }) => subjects),
      [["west", "east"]],
    );
    assert.match(notices[0]?.notice ?? "", /older than edge-26\.3\.3/);
  });

  it("Links: a second service mirror, none, and a Lease of nobody's", async () => {
    const path = deployments("linkerd-multicluster");
    const labels = { "mirror.linkerd.io/cluster-name": "east" };
    west.put(path, {
      metadata: { name: "linkerd-service-mirror-east", labels },
      spec: { replicas: 0 },
      status: { updatedReplicas: 0 },
    });
    assert.deepEqual(await failures(), [
      "west → east one-service-mirror: 2 service mirrors of east: controller-east, linkerd-service-mirror-east",
    ]);
    west.remove(`${path}/linkerd-service-mirror-east`);
    setLease(west, "east", { renewTime: new Date(Date.now() - 6_000_000).toISOString() });
    const [stale = ""] = await failures();
    assert.match(
      stale,
      /^west → east one-service-mirror: its Lease was last renewed 60\d\d s ago$/,
    );
    setLease(west, "east", { holderIdentity: "controller-east-5d8f-gone" });
    assert.ok(
      (await failures()).includes(
        "west → east one-service-mirror: its Lease is held by controller-east-5d8f-gone, which is not one of its pods",
      ),
    );
    setLease(west, "east", { holderIdentity: "" });
    assert.ok(
      (await failures()).includes("west → east one-service-mirror: nobody holds its Lease"),
    );
    west.remove(`${path}/controller-east`);
    assert.ok(
      (await failures()).includes(
        "west → east one-service-mirror: there is no service mirror of east",
      ),
    );
  });

  it("Links: a mirror of a Service that the target doesn't export", async () => {
    west.put(`${core}/demo/services`, {
      metadata: {
        name: "web-east",
        labels: {
          "mirror.linkerd.io/mirrored-service": "true",
          "mirror.linkerd.io/cluster-name": "east",
        },
        annotations: { "mirror.linkerd.io/remote-svc-fq-name": "web.demo.svc.cluster.local" },
      },
    });
    const path = `${core}/demo/services`;
    const labels = { "mirror.linkerd.io/exported": "true" };
    east.put(path, { metadata: { name: "web", labels } });
    assert.equal((await resultsOf("mirrors-have-services"))[0]?.state, "passed");
    east.put(path, { metadata: { name: "web" } });
    assert.deepEqual(await failures(), [
      "west → east mirrors-have-services: demo/web-east stands for demo/web, which east doesn't export",
    ]);
  });

  it("Links: a process outside of the cluster behind a flat or federated export", async () => {
    const exported = (value: string) => ({ matchLabels: { "mirror.linkerd.io/exported": value } });
    const federated = { matchLabels: { "mirror.linkerd.io/federated": "member" } };
    const links = twoClusters.links.map((link): LinkPlan => {
      const selectors = {
        gateway: exported("true"),
        remoteDiscovery: exported("remote-discovery"),
        federated,
      };
      return { ...link, mode: "mixed", selectors };
    });
    const mixed = { ...mesh(), plan: { ...twoClusters, links } };
    const toldOf = async (of: Mesh): Promise<readonly string[]> => {
      const { results } = await verify(of, { traffic: false, limit: 0 });
      return results.flatMap((one) => {
        if (one.check !== noExternalWorkloads.id) return [];
        return [
          `${one.subject}: ${one.state === "failed" ? `${one.problem}. ${one.mend}` : one.state}`,
        ];
      });
    };
    const service = (labels: Readonly<Record<string, string>>, app = "web") => {
      east.put(`${core}/demo/services`, {
        metadata: { name: "web", labels },
        spec: { selector: { app } },
      });
    };
    const fine = ["west → east: passed", "east → west: passed"];
    service({ "mirror.linkerd.io/exported": "remote-discovery" });
    assert.deepEqual(await toldOf(mixed), fine);
    const machine = { name: "machine", labels: { app: "web" } };
    east.put("/apis/workload.linkerd.io/v1beta1/namespaces/demo/externalworkloads", {
      metadata: machine,
    });
    for (const labels of [
      { "mirror.linkerd.io/exported": "remote-discovery" },
      { "mirror.linkerd.io/federated": "member" },
    ]) {
      service(labels);
      const [told = "", other] = await toldOf(mixed);
      assert.match(
        told,
        /^west → east: demo\/web of east has the ExternalWorkload machine behind it: it can end linkerd-destination in west\. Export it through a gateway .*docs\/external-workloads\.md$/,
      );
      assert.equal(other, fine[1]);
      assert.deepEqual(await toldOf(mesh()), [], "gateway Links don't carry it");
    }
    service({ "mirror.linkerd.io/exported": "true" });
    assert.deepEqual(await toldOf(mixed), fine);
    service({ "mirror.linkerd.io/exported": "remote-discovery" }, "other");
    assert.deepEqual(await toldOf(mixed), fine);
    // What can't be seen may be there.
    const forbidden = { status: 403, body: { reason: "Forbidden", message: "not for you" } };
    const all = "/apis/workload.linkerd.io/v1beta1/externalworkloads";
    east.answers.set(all, forbidden);
    assert.match((await toldOf(mixed)).join(), /403 Forbidden: not for you.*east → west: passed/);
    east.answers.delete(all);
    east.answers.set("/api/v1/services", forbidden);
    assert.deepEqual(await toldOf(mixed), ["west → east: not run", fine[1]]);
  });

  it("what may not be asked has failed, and says so", async () => {
    const forbidden = { status: 403, body: { reason: "Forbidden", message: "no pods for you" } };
    west.answers.set("/api/v1/pods", forbidden);
    const found = await failures();
    assert.deepEqual(
      found.map((line) => line.split(":")[0]),
      [
        "west cluster-networks-complete",
        "west workloads-have-proxies",
        "west proxies-alive",
        "west releases-together",
      ],
    );
    for (const line of found) assert.match(line, /403 Forbidden: no pods for you/);
  });

  it("of a cluster that doesn't answer nothing more is asked, and each check says so", async () => {
    const access = mesh();
    await east.stop();
    const { results, proved } = await verify(access, { limit: 0 });
    assert.equal(proved, false);
    for (const { id } of ofEveryCluster) {
      const states = results.filter(({ check }) => check === id);
      assert.deepEqual(
        states.map((one) => [one.subject, one.state]),
        [
          ["west", "passed"],
          ["east", "not run"],
        ],
      );
    }
    const traffic = results.filter(({ group }) => group === "traffic");
    assert.deepEqual(
      traffic.map((one) => [one.subject, one.state === "not run" && one.reason]),
      [
        ["west → east", "cluster east doesn't answer"],
        ["east → west", "cluster east doesn't answer"],
      ],
    );
  });

  it("waits for what may still pass", async () => {
    const path = validated["linkerd-sp-validator"];
    const answer = west.answers.get(path);
    assert.ok(answer);
    west.answers.set(path, ok({}));
    setTimeout(() => west.answers.set(path, answer), 500);
    const { proved, milliseconds } = await verify(mesh(), { traffic: false, limit: 10_000 });
    assert.ok(proved);
    assert.ok(milliseconds >= 400);
  });

  it("ends with the signal's reason", async () => {
    const reason = new Error("enough");
    await assert.rejects(verify(mesh(), { signal: AbortSignal.abort(reason) }), /enough/);
  });
});
