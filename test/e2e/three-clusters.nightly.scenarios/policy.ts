import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { DefaultDeny } from "../../../components/policy/default-deny.ts";
import { ServicePolicy } from "../../../components/policy/service-policy.ts";
import { localBackend } from "../../../environments/backend.ts";
import type { UpResult } from "../../../environments/up.ts";
import { verifyStack } from "../../../environments/verify.ts";
import { openStack } from "../../../environments/workspace.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import type { AccessSpec } from "../../../planning/topology.ts";
import { renderVerification } from "../../../verification/index.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import { corePath } from "../../../linkerd/names.ts";
import { eventually, type TestEnvironment } from "../environment.ts";
import { kubeconfigIn } from "../kubeconfigs.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { threeClusters, together, trustDomains } from "../three-clusters.ts";
import {
  answering,
  createNamespace,
  createWeb,
  namespace,
  readyPods,
  servicePath,
} from "../workload.ts";

/** East's gateway lets through who is linked to it; each cluster has a trust domain of its own. */
const topology = (shared: SharedClusters, access: AccessSpec = {}) => {
  const [west, east, north] = threeClusters(shared, together);
  return {
    clusters: [west, { ...east, gateway: { admission: "linked" as const } }, north],
    links: [{ from: "west", to: "east" }],
    access,
  };
};
const policies = "/apis/policy.linkerd.io/v1alpha1/namespaces";

export const policy: Scenario = {
  name: "policy",
  title: "who may reach a Service",
  topology: (shared) => topology(shared),
  tests,
};

function tests(shared: SharedClusters): void {
  let environment: TestEnvironment;
  let result: UpResult;
  let program: Stack;
  let [west, east] = [] as unknown as [KubernetesApi, KubernetesApi];

  before(async () => {
    environment = shared.environment;
    result = shared.entered;
    west = shared.api("west");
    east = shared.api("east");
    await Promise.all([west, east].map(createNamespace));
    const kubeconfigPath = await kubeconfigIn(environment.directory, "east");
    program = await openStack({
      stack: { ...environment.stack, name: `${environment.stack.name}-policies` },
      // Somebody's own, which `down` of the topology knows nothing of.
      backend: localBackend(path.join(environment.directory, "program")),
      // The Kubernetes provider leaves a kubeconfig with its temporary files for every release.
      env: { ...result.tools.env, TMPDIR: environment.directory },
    });
    await program.up({ program: policiesOf(result, kubeconfigPath) });
    await createWeb(east, "east");
    await readyPods(east, "web", 1);
    for (const [service, as] of [
      ["web", "true"],
      ["flat", "remote-discovery"],
    ] as const) {
      const labels = { "mirror.linkerd.io/exported": as };
      if (service === "web") await east.patch(servicePath("web"), { metadata: { labels } });
      else await east.post(corePath(namespace, "services"), flatService(labels));
      await eventually(`the mirror ${service}-east`, timeLimits.mirrorFollows, () =>
        west.get(servicePath(`${service}-east`)),
      );
    }
  });
  after(async () => {
    await program.destroy();
    await program.workspace.removeStack(program.name);
  });

  const spec = async (path: string) =>
    (await east.get<{ spec: unknown }>(`${policies}/${path}`)).spec;

  test("the gateway's own objects name who is linked to it, and from where", async () => {
    const ours = "linkerd-multicluster";
    assert.deepEqual(await spec(`${ours}/meshtlsauthentications/any-meshed`), {
      identities: [`*.serviceaccount.identity.linkerd.${trustDomains.west}`],
    });
    const { networks } = (await spec(`${ours}/networkauthentications/source-cluster`)) as {
      networks: { cidr: string }[];
    };
    assert.equal(networks.length, 2);
    assert.ok(!networks.some(({ cidr }) => cidr === "0.0.0.0/0"));
  });

  test("policies are made by a program, by Linkerd's validator too, and stay as they are", async () => {
    assert.deepEqual(await spec(`${namespace}/meshtlsauthentications/web-8080-from-west`), {
      identities: [`checkout.${namespace}.serviceaccount.identity.linkerd.${trustDomains.west}`],
    });
    const again = await program.up({
      program: policiesOf(result, await kubeconfigIn(environment.directory, "east")),
    });
    assert.deepEqual(Object.keys(again.summary.resourceChanges ?? {}), ["same"]);
  });

  test("a gateway stays narrow: a second up changes nothing, and verify finds it as planned", async () => {
    assert.deepEqual(Object.keys((await environment.up()).changes), ["same"]);
    const verification = await verifyStack({ ...environment.request(), rights: false });
    assert.ok(verification.proved, renderVerification(verification));
  });

  test("over a flat Link the client that is named gets in, another is refused", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    await Promise.all([client("checkout"), client("other")]);
    const url = `http://flat-east.${namespace}.svc.cluster.local/`;
    assert.deepEqual([await ask("checkout", url), await ask("other", url)], [200, 403]);
  });

  test("through the gateway nobody gets in who was not let in by the gateway's identity", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    const url = `http://web-east.${namespace}.svc.cluster.local/`;
    assert.equal(await ask("checkout", url), 403);
  });

  test("whom the gateway lets through, gets in where that is said; a revoked source doesn't", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    const url = `http://web-east.${namespace}.svc.cluster.local/`;
    const kubeconfigPath = await kubeconfigIn(environment.directory, "east");
    await program.up({ program: policiesOf(result, kubeconfigPath, { throughGateway: true }) });
    await answered("other", url, 200);
    await environment.change(topology(shared, { accounts: [{ from: "west", revoked: true }] }));
    await environment.up();
    await answered("other", url, 403);
    await environment.change(topology(shared));
    await environment.up();
    await answered("other", url, 200);
  });

  /** A pod of an account in west that sends the requests that the test names. */
  async function client(account: string): Promise<void> {
    await west.post(corePath(namespace, "serviceaccounts"), { metadata: { name: account } });
    await west.post(corePath(namespace, "pods"), {
      metadata: { name: account, labels: { app: account } },
      spec: { serviceAccountName: account, containers: [answering(account, "west")] },
    });
    await readyPods(west, account, 1);
  }

  /** The status of its answer, once there is one that isn't about the way to the Service. */
  async function ask(account: string, url: string): Promise<number> {
    return eventually(`an answer to ${account}`, timeLimits.firstRequest, async () => {
      const status = await askOnce(account, url);
      return status === 200 || status === 403 ? status : undefined;
    });
  }

  /** Proxies learn of another policy a moment after it was made. */
  async function answered(account: string, url: string, status: number): Promise<void> {
    await eventually(`an answer ${status} to ${account}`, timeLimits.firstRequest, async () => {
      const last = await askOnce(account, url);
      if (last !== status) throw new Error(`it was answered ${last ?? "nothing"}`);
      return true;
    });
  }

  async function askOnce(account: string, url: string): Promise<number | undefined> {
    const path = `/ask?url=${encodeURIComponent(url)}`;
    const text = await west.podText(namespace, account, 8080, path);
    return (JSON.parse(text) as { status?: number }).status;
  }
}

/** What a program of somebody's own adds to a topology. */
function policiesOf(
  { plan }: UpResult,
  kubeconfigPath: string,
  more: { readonly throughGateway?: true } = {},
) {
  return () => {
    const kubernetes = new Provider("east", { kubeconfig: kubeconfigPath });
    const east = {
      kubernetes,
      kubeconfig: pulumi.secret(""),
      kubeconfigPath,
      context: undefined,
      lifetime: undefined,
    };
    new DefaultDeny("shop", { cluster: east, namespace, create: false });
    new ServicePolicy("web", {
      topology: { plan, clusters: { east } },
      cluster: "east",
      namespace,
      service: "web",
      pods: { app: "web" },
      port: 8080,
      clients: [{ cluster: "west", namespace, serviceAccount: "checkout" }],
      ...more,
    });
    return Promise.resolve({});
  };
}

function flatService(labels: Readonly<Record<string, string>>): object {
  return {
    metadata: { name: "flat", labels },
    spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  };
}
