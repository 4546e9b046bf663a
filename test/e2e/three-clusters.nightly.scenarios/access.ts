import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { UpResult } from "../../../environments/up.ts";
import { verifyStack, type VerifyStackRequest } from "../../../environments/verify.ts";
import { openStack } from "../../../environments/workspace.ts";
import { accessAccount, accessToken } from "../../../planning/names.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import type { AccessSpec } from "../../../planning/topology.ts";
import { renderVerification } from "../../../verification/index.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import { connect } from "../../../kubernetes/connect.ts";
import { KubernetesApiError } from "../../../kubernetes/errors.ts";
import type { KubernetesSecret, List, Pod, Service } from "../../../kubernetes/objects.ts";
import { corePath } from "../../../linkerd/names.ts";
import { readArchive } from "../../archive.ts";
import { filesBelow, type LeftFile } from "../../left-files.ts";
import { plaintextIn, publicText, secretTexts } from "../../secret-texts.ts";
import { createSteady } from "../constant-traffic.ts";
import { eventually, type TestEnvironment } from "../environment.ts";
import { kubeconfigIn } from "../kubeconfigs.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { threeClusters, together } from "../three-clusters.ts";
import { secretsOf } from "../secrets.ts";
import { client, TrafficWays } from "../traffic-ways.ts";
import { createNamespace, createWeb, isMissing, namespace, servicePath } from "../workload.ts";

/** Pods reach each other, so that both of Linkerd's controllers in a source use the token. */
const topology = (shared: SharedClusters, access: AccessSpec = {}) => ({
  clusters: threeClusters(shared, together),
  links: [{ from: ["west", "north"], to: "east" }],
  access,
});
const extension = "linkerd-multicluster";
const account = accessAccount("west");

export const access: Scenario = {
  name: "access",
  title: "accounts of two sources in one target",
  topology: (shared) => topology(shared),
  tests,
};

function tests(shared: SharedClusters): void {
  let environment: TestEnvironment;
  let result: UpResult;
  let [west, north, east] = [] as unknown as [KubernetesApi, KubernetesApi, KubernetesApi];
  const tokens: string[] = [];
  /** Where there is a data plane: from both sources, through the gateway and from pod to pod. */
  let traffic: TrafficWays | undefined;

  before(async () => {
    environment = shared.environment;
    result = shared.entered;
    west = shared.api("west");
    north = shared.api("north");
    east = shared.api("east");
    await Promise.all([west, north, east].map(createNamespace));
    await createWeb(east, "east");
    await exported("web", "true");
    await createService("flat", "remote-discovery");
    for (const source of [west, north]) {
      await appears(source, "web-east");
      await appears(source, "flat-east");
    }
    tokens.push(await tokenOf(1));
    if (shared.withoutDataPlane === undefined) traffic = await startTraffic();
  });
  after(async () => {
    await traffic?.end();
  });

  const exported = (service: string, value: string) =>
    east.patch(servicePath(service), {
      metadata: { labels: { "mirror.linkerd.io/exported": value } },
    });

  const createService = async (name: string, value: string): Promise<void> => {
    await east.post(corePath(namespace, "services"), {
      metadata: { name, labels: { "mirror.linkerd.io/exported": value } },
      spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
    });
  };

  const appears = (api: KubernetesApi, mirror: string): Promise<Service> =>
    eventually(`the mirror ${mirror}`, timeLimits.mirrorFollows, () =>
      api.get<Service>(servicePath(mirror)),
    );

  const startTraffic = async (): Promise<TrafficWays> => {
    const sources = [
      ["west", west],
      ["north", north],
    ] as const;
    await Promise.all(sources.map(([name, api]) => createSteady(api, client, name)));
    const ways = sources.flatMap(([name, source]) => [
      { name: `${name}, through the gateway`, source, mirror: "web-east" },
      { name: `${name}, from pod to pod`, source, mirror: "flat-east" },
    ]);
    return TrafficWays.start(ways, 3);
  };

  /** The token of west's account in east. */
  const tokenOf = async (generation: number): Promise<string> => {
    const path = corePath(extension, "secrets", accessToken(account, generation));
    const { data } = await east.get<KubernetesSecret>(path);
    return Buffer.from(data?.["token"] ?? "", "base64").toString("utf8");
  };

  /** What east answers whoever has a token. */
  const answerTo = async (token: string): Promise<number> => {
    const kubeconfigPath = await kubeconfigIn(environment.directory, "east");
    try {
      await (await connect({ kubeconfigPath }, { token })).get("/api/v1/services");
      return 200;
    } catch (error) {
      if (error instanceof KubernetesApiError) return error.status ?? 0;
      throw error;
    }
  };

  /** An API server knows a token for ten more seconds that was used just before it went; its rights it doesn't. */
  const answered = async (expected: readonly number[]): Promise<void> => {
    await eventually(`answers ${expected.join(", ")}`, timeLimits.mirrorFollows, async () => {
      const seen = await Promise.all(tokens.map(answerTo));
      return seen.join() === expected.join() ? true : undefined;
    });
  };

  const change = async (access: AccessSpec): Promise<UpResult> => {
    await environment.change(topology(shared, access));
    return environment.up();
  };

  /** Looks at a Service all the time, and tells what it has seen of it. */
  const watch = (api: KubernetesApi, service: string) => {
    const seen = new Set<string>();
    const controller = new AbortController();
    const ended = (async () => {
      while (!controller.signal.aborted) {
        const uid = await api.get<Service>(servicePath(service)).then(
          ({ metadata }) => metadata.uid ?? "",
          (error: unknown) => String(error),
        );
        seen.add(uid);
        await sleep(250);
      }
      return [...seen];
    })();
    return async () => {
      controller.abort();
      return ended;
    };
  };

  const newest = async (api: KubernetesApi, inNamespace: string, selector: string) => {
    const { items } = await api.get<List<Pod>>(corePath(inNamespace, "pods"), {
      labelSelector: selector,
    });
    return items.map(({ metadata }) => metadata.name);
  };
  const destinations = (api: KubernetesApi) =>
    newest(api, "linkerd", "linkerd.io/control-plane-component=destination");

  test("may do what Linkerd's controllers need, and nothing else", async () => {
    const { results } = await verified();
    const rights = results.filter(({ check }) => check === "access-rights");
    assert.equal(rights.length, 2);
    for (const one of rights) {
      assert.match(one.state === "passed" ? (one.detail ?? "") : "", /^\d+ questions$/);
    }
  });

  test("the new token is in use by both controllers before the old one ends, in one up", async () => {
    traffic?.forget();
    const mirrors = [watch(west, "web-east"), watch(west, "flat-east")];
    const others = await destinations(north);
    const before = await destinations(west);
    result = await change({ accounts: [{ from: "west", tokenGeneration: 2 }] });
    for (const seen of mirrors) assert.equal((await seen()).length, 1, "a mirror came and went");
    tokens.push(await tokenOf(2));
    await answered([401, 200]);
    assert.notDeepEqual(await destinations(west), before);
    assert.deepEqual(await destinations(north), others, "the other source was left alone");
    // The order of it: given to the source, seen to work there, and only then taken away.
    const at = (operation: string, pattern: RegExp): number => {
      const step = result.steps.find((one) => one.operation === operation && pattern.test(one.urn));
      assert.ok(step, `${operation} ${pattern.source}`);
      return operation === "delete" ? step.started : (step.ended ?? Infinity);
    };
    const taken = at("delete", /token-1$/);
    assert.ok(
      at("update", /LinkReady::.*-west-.*-to-east$/) <= taken,
      "before both controllers have it",
    );
    // Both follow east now, where nothing but the new token lets them in.
    await createService("after-rotation", "true");
    await appears(west, "after-rotation-east");
    const link = result.proof.status.links.find(({ source }) => source === "west");
    assert.equal(link?.discovery.trouble, undefined);
  });

  noneIsLost("while the token was replaced");

  const revoked: AccessSpec = {
    accounts: [{ from: "west", revoked: true }],
  };

  test("a revoked source is let in no more, shows it, and keeps its mirrors as they were", async () => {
    traffic?.forget();
    const seen = watch(west, "web-east");
    result = await change(revoked);
    assert.equal((await seen()).length, 1, "a mirror came and went");
    const atOnce = await Promise.all(tokens.map(answerTo));
    assert.ok(!atOnce.includes(200), atOnce.join(", "));
    await answered([401, 401]);
    const status = await environment.status();
    assert.ok(status.healthy, status.table);
    assert.match(status.table, /west → east\s+mixed\s+revoked: cut off/);
    assert.match(status.table, /north → east\s+mixed\s+works on it/);
    assert.match(status.table, /as they were last:/);
    await verified();
  });

  test("meanwhile the other source follows the target", async () => {
    await createService("later", "true");
    await appears(north, "later-east");
    await sleep(timeLimits.mirrorFollows / 10);
    assert.ok(await isMissing(west, servicePath("later-east")), "a revoked source learned of it");
  });

  noneIsLost("from the other source since then", "north");

  test("a source whose account is given back catches up, in one up, with no token of before", async () => {
    // Of the first generation, whose token has been out of use for longest.
    result = await change({});
    await appears(west, "later-east");
    tokens.push(await tokenOf(1));
    await answered([401, 401, 200]);
    await verified();
  });

  test("no secret stands in plaintext in a file, a message or the bundle; files are nobody else's", async () => {
    // The engine prints every property of every resource then, secrets decrypted.
    const engineEnv = { PULUMI_OPTION_VERBOSE: "9", PULUMI_OPTION_DEBUG: "true" };
    const before = await logsIn(os.tmpdir());
    const { changes: further } = await environment.up({ engineEnv });
    assert.deepEqual(
      Object.keys(further),
      ["same"],
      "an up changes nothing that was not asked for",
    );
    const logs = await logsIn(os.tmpdir());
    assert.deepEqual(
      logs.filter((name) => !before.includes(name)),
      [],
    );
    const bundle = path.join(environment.directory, "bundle.tar.gz");
    await verified({ rights: false, bundle, alwaysBundle: true });
    const files = await filesBelow(environment.directory);
    const isKubeconfig = ({ name }: LeftFile) => name.endsWith(".kubeconfig");
    assert.ok(files.filter(isKubeconfig).length >= 3);
    for (const { name, mode } of files.filter(isKubeconfig)) assert.equal(mode, "600", name);
    assert.equal((await stat(environment.directory)).mode & 0o77, 0);

    const texts = new Map([
      ...files.filter((file) => !isKubeconfig(file)).map(({ name, text }) => [name, text] as const),
      ...[...(await readArchive(bundle))].map(([name, text]) => [`bundle/${name}`, text] as const),
      ["messages", environment.messages.join("")],
      ["status", JSON.stringify((await environment.status()).document)],
    ]);
    const stack = await openStack({ ...environment.request(), env: result.tools.env });
    const decrypted = JSON.stringify(await stack.exportStack());
    const open = publicText(decrypted);
    const secrets = new Map<string, readonly string[]>([
      ["a key or token of the state", secretTexts(decrypted)],
      ["a kubeconfig", files.filter(isKubeconfig).flatMap(({ text }) => secretTexts(text))],
      ["a token", tokens],
    ]);
    for (const [what, values] of secrets) assert.ok(values.length >= 3, what);
    for (const api of [west, north, east]) {
      for (const { of, value } of await secretsOf(api)) {
        if (!open.includes(value)) secrets.set(of, [...(secrets.get(of) ?? []), value]);
      }
    }
    assert.deepEqual(plaintextIn(texts, secrets), []);
  });

  /** Declares that no request was lost since the traffic was forgotten last. */
  function noneIsLost(when: string, of?: string): void {
    test(`no request was lost ${when}`, (context) => {
      if (shared.withoutDataPlane !== undefined) {
        context.skip(shared.withoutDataPlane);
        return;
      }
      assert.ok(traffic !== undefined, "there is no traffic");
      traffic.requireNoneLost(context, { least: 30, ...(of !== undefined && { of }) });
    });
  }

  async function verified(
    how: Pick<VerifyStackRequest, "rights" | "bundle" | "alwaysBundle"> = {},
  ) {
    const request = { ...environment.request(), traffic: false, ...how };
    const verification = await verifyStack(request);
    assert.ok(verification.proved, renderVerification(verification));
    return verification;
  }
}

/** Logs of Pulumi's engine and of its plugins, and the directories for temporary files of this process. */
async function logsIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory);
  const ours = [`linkerd-topology-run-${process.pid}-`, "pulumi.", "pulumi-resource-"];
  return names.filter((name) => ours.some((prefix) => name.startsWith(prefix)));
}
