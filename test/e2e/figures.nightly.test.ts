import assert from "node:assert/strict";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test, type TestContext } from "node:test";
import { execa } from "execa";
import { parseMetrics } from "../../kubernetes/metrics.ts";
import { deploymentPath } from "../../linkerd/names.ts";
import { observabilityNamespace, prometheusName } from "../../planning/observability/names.ts";
import type { UpResult } from "../../environments/up.ts";
import type { Topology } from "../../planning/topology.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { PageModel } from "../../ui/model.ts";
import { ConstantTraffic, createSteady, exportSteady } from "./constant-traffic.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { kubeconfigIn } from "./kubeconfigs.ts";
import { linkerdProgram } from "./linkerd-cli.ts";
import { OpenPage } from "./open-page.ts";
import { openBrowser } from "../browser.ts";
import { createNamespace, namespace } from "./workload.ts";

const topology: Topology = {
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
};
const observed: Topology = { ...topology, observability: { prometheus: { scrapeInterval: "5s" } } };

/** For so long figures are compared, in milliseconds. */
const compared = 60_000;

describe("the live page of a running pair", { timeout: 1_800_000 }, () => {
  let environment: TestEnvironment;
  let west: KubernetesApi;
  let tools: UpResult["tools"];
  let page: OpenPage;
  let traffic: readonly ConstantTraffic[] = [];
  let withoutDataPlane: string | undefined;

  before(async () => {
    environment = await TestEnvironment.create("figures", topology);
    const { outputs, ...first } = await environment.up();
    tools = first.tools;
    west = await environment.api("west");
    const east = await environment.api("east");
    await Promise.all([createNamespace(west), createNamespace(east)]);
    await exportSteady(east, "gateway", { "mirror.linkerd.io/exported": "true" });
    await exportSteady(east, "flat", { "mirror.linkerd.io/exported": "remote-discovery" });
    await Promise.all([createSteady(east, "steady", "east"), createSteady(west, "client", "west")]);
    page = await OpenPage.open(start(environment));
    if (outputs["dataPlane"] !== "real") {
      withoutDataPlane = "no data plane: the proxies are stand-ins that carry no traffic";
      return;
    }
    traffic = ["gateway-east", "flat-east"].map(
      (mirror) => new ConstantTraffic(west, "client", `http://${mirror}.${namespace}`, 10),
    );
    for (const one of traffic) await one.answered();
  });
  after(async () => {
    await Promise.all(traffic.map((one) => one.end()));
    await page.close();
    await environment.dispose();
  });

  /** How many requests the client's proxy has sent, by Linkerd's own command line. */
  const counted = async (): Promise<number> => {
    const kubeconfig = await kubeconfigIn(environment.directory, "west");
    const { program } = await linkerdProgram(tools.env);
    const { stdout } = await execa(program, [
      ...["diagnostics", "proxy-metrics", "--kubeconfig", kubeconfig],
      ...["--namespace", namespace, "deploy/client"],
    ]);
    return parseMetrics(stdout)
      .filter(({ name, labels }) => name === "request_total" && labels["direction"] === "outbound")
      .reduce((sum, { value }) => sum + value, 0);
  };
  const sent = () => traffic.reduce((sum, one) => sum + one.summary().requests, 0);

  /** What the page shows for the Link in every look of a while, against what was sent meanwhile. */
  async function compare(context: TestContext, from: "proxies" | "prometheus"): Promise<void> {
    await eventually(`figures of ${from}`, timeLimits.firstRequest, async () => {
      await page.next();
      const { figures } = clusterIn(page.model, "west");
      return figures?.from === from && figures.seconds !== undefined ? true : undefined;
    });
    const begin = { counted: await counted(), at: performance.now(), requests: sent() };
    const shown: number[] = [];
    const seconds: number[] = [];
    while (performance.now() < begin.at + compared) {
      await page.next();
      const link = page.model.links.find(({ id }) => id === "west → east");
      assert.ok(link?.traffic, "the Link has no figures");
      assert.equal(link.traffic.success, 1);
      shown.push(link.traffic.perSecond);
      seconds.push(clusterIn(page.model, "west").figures?.seconds ?? 0);
    }
    const end = { counted: await counted(), at: performance.now(), requests: sent() };
    const took = (end.at - begin.at) / 1000;
    const rate = (end.requests - begin.requests) / took;
    const byProxy = (end.counted - begin.counted) / took;
    // A look at proxies shows the time since the one before, and so counts for as long.
    const weights = from === "proxies" ? seconds : shown.map(() => 1);
    const total = weights.reduce((sum, one) => sum + one, 0);
    const average = shown.reduce((sum, one, index) => sum + one * (weights[index] ?? 0), 0) / total;
    context.diagnostic(
      `sent ${rate.toFixed(2)}/s, ${byProxy.toFixed(2)}/s by linkerd diagnostics proxy-metrics, shown ${average.toFixed(2)}/s in ${shown.length} looks: ${shown.map((one) => one.toFixed(1)).join(", ")}`,
    );
    for (const [other, how] of [
      [rate, "sent"],
      [byProxy, "by linkerd diagnostics proxy-metrics"],
    ] as const) {
      assert.ok(Math.abs(average / other - 1) < 0.05, `${average}/s shown, ${other}/s ${how}`);
    }
  }

  test("shows the clusters and Links that run, in Chromium", async (context) => {
    const browser = await openBrowser();
    if (typeof browser === "string") {
      context.skip(browser);
      return;
    }
    try {
      const shown = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const troubles: string[] = [];
      shown.on("pageerror", ({ message }) => troubles.push(message));
      shown.on("console", (message) => {
        if (message.type() === "error") troubles.push(message.text());
      });
      await shown.goto(page.url);
      const map = shown.getByRole("group", { name: "Map of the clusters and their Links" });
      for (const name of [/^west:/, /^east:/, /^Link west → east/, /^Link east → west/]) {
        await map.getByRole("link", { name }).waitFor();
      }
      const row = shown
        .getByRole("table", { name: "Links" })
        .getByRole("row", { name: /^west → east/ });
      if (withoutDataPlane === undefined) {
        // The second look has figures of the time since the first.
        await row.getByText(/alive.*\/s/s).waitFor({ timeout: timeLimits.firstRequest });
        await row.getByText("100 %").waitFor();
      } else {
        await row.waitFor();
      }
      const { SCREENSHOTS: screenshots } = process.env;
      if (screenshots !== undefined) {
        await shown.screenshot({
          path: path.join(screenshots, "running-pair.png"),
          fullPage: true,
        });
      }
      assert.deepEqual(troubles, []);
      context.diagnostic(await row.innerText());
    } finally {
      await browser.close();
    }
  });

  test("takes less than a twentieth of a processor", async (context) => {
    await page.next();
    const before = { used: await page.used(), at: performance.now() };
    await sleep(Number(process.env["PAGE_SECONDS"] ?? 120) * 1000);
    const used = (await page.used()) - before.used;
    const part = used / ((performance.now() - before.at) / 1000);
    context.diagnostic(
      `${used.toFixed(2)} CPU seconds, ${(part * 100).toFixed(2)} % of a processor, ${page.looks} looks, ` +
        `the last one in ${page.model.milliseconds} ms; since its start ${(await page.used()).toFixed(2)} CPU seconds`,
    );
    assert.ok(part < 0.05, `${part}`);
  });

  test("shows what was sent, as the proxies tell", async (context) => {
    if (withoutDataPlane !== undefined) {
      context.skip(withoutDataPlane);
      return;
    }
    await compare(context, "proxies");
  });

  test("shows what was sent, as Prometheus tells", async (context) => {
    await environment.change(observed);
    await environment.up();
    await page.close();
    page = await OpenPage.open(start(environment));
    if (withoutDataPlane !== undefined) {
      context.skip(withoutDataPlane);
      return;
    }
    // Its figures are of the last 20 s.
    await eventually("figures of Prometheus", timeLimits.firstRequest, async () => {
      await page.next();
      return clusterIn(page.model, "west").figures?.from === "prometheus" ? true : undefined;
    });
    await sleep(25_000);
    await compare(context, "prometheus");
    const { table } = await environment.status();
    assert.match(table, /^west → east +\d[\d.]*\/s +100 %/m);
    context.diagnostic(table);
  });

  test("says that Prometheus is away, and what the proxies tell, until it is back", async (context) => {
    if (withoutDataPlane !== undefined) {
      context.skip(withoutDataPlane);
      return;
    }
    const prometheus = deploymentPath(observabilityNamespace, prometheusName);
    const becomes = (from: "proxies" | "prometheus") =>
      eventually(`figures of ${from}`, timeLimits.firstRequest, async () => {
        await page.next();
        const { figures } = clusterIn(page.model, "west");
        return figures?.from === from ? figures : undefined;
      });
    await west.patch(prometheus, { spec: { replicas: 0 } });
    const { instead = "" } = await becomes("proxies");
    context.diagnostic(instead);
    assert.match(instead, /^Prometheus /);
    assert.equal(clusterIn(page.model, "east").figures?.from, "prometheus");
    const { table } = await environment.status();
    assert.match(table, /^west → east +unknown +– /m);
    assert.match(table, /^west: Prometheus /m);
    await west.patch(prometheus, { spec: { replicas: 1 } });
    await becomes("prometheus");
  });
});

function clusterIn({ clusters }: PageModel, name: string) {
  const found = clusters.find((one) => one.name === name);
  assert.ok(found, `the page has no cluster ${name}`);
  return found;
}

function start({ stack, env }: TestEnvironment) {
  const file = path.join(import.meta.dirname, "ui-child.ts");
  return execa(process.execPath, [file, stack.name, stack.file], {
    env,
    reject: false,
    stderr: "inherit",
  });
}
