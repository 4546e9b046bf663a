/**
 * The live page in a real browser, against recorded observations of seven clusters. `SCREENSHOTS=dir` keeps what
 * it looked like; docs/ui.md has two of these pictures.
 */
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { readAssets } from "../../../ui/assets.ts";
import { Live } from "../../../ui/live.ts";
import { servePage } from "../../../ui/server.ts";
import type { PageServer } from "../../../ui/server.ts";
import { openBrowser } from "../../browser.ts";
import { Recording } from "./recording.ts";

const opened = await openBrowser();
const skip = typeof opened === "string" ? opened : false;
const { SCREENSHOTS: screenshots } = process.env;

const sizes = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } } as const;

describe("the live page of seven clusters, in Chromium", { skip }, () => {
  const browser = opened as Browser;
  const recording = new Recording();
  const troubles: string[] = [];
  const elsewhere: string[] = [];
  let live: Live;
  let server: PageServer;
  before(async () => {
    live = new Live(recording.looks);
    server = await servePage({ assets: await readAssets(), listen: live.listen.bind(live) });
  });
  after(async () => {
    await browser.close();
    await server.close();
    await live.stop();
  });

  /** A page with all that it complained of. */
  async function open(
    size: keyof typeof sizes,
    colorScheme: "dark" | "light" = "light",
  ): Promise<{ readonly page: Page; readonly context: BrowserContext }> {
    const context = await browser.newContext({
      viewport: sizes[size],
      colorScheme,
      reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
    });
    page.on("pageerror", ({ message }) => troubles.push(message));
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url)) elsewhere.push(request.url());
    });
    await page.goto(server.url);
    await page.getByRole("heading", { level: 1, name: "seven" }).waitFor();
    return { page, context };
  }

  async function keep(page: Page, name: string, fullPage = false): Promise<void> {
    if (screenshots === undefined) return;
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage });
  }

  it("shows every cluster and Link, on the map and in tables", async () => {
    await recording.show("well");
    const { page, context } = await open("wide");
    const map = page.getByRole("group", { name: "Map of the clusters and their Links" });
    assert.equal(await map.getByRole("link", { name: /^Link / }).count(), 25);
    assert.equal(await map.getByRole("link").count(), 25 + 7);
    assert.equal(await page.getByRole("table", { name: "Links" }).getByRole("row").count(), 26);
    const row = page.getByRole("row", { name: /^cdn → faces-b/ });
    assert.match(await row.innerText(), /alive.*\d\d\.\d\/s.*9[67]\.\d %/s);
    await page.getByRole("link", { name: /in order: \d+ checks passed/ }).waitFor();
    await keep(page, "wide-light");
    await keep(page, "wide-light-whole", true);
    await context.close();
  });

  it("follows what changes, without being loaded again", async () => {
    await recording.show("well");
    const { page, context } = await open("wide", "dark");
    await page.getByRole("link", { name: /in order: \d+/ }).waitFor();
    await recording.show("failing");
    const problems = page.getByRole("region", { name: "What is wrong" });
    await problems.waitFor();
    await page
      .getByRole("row", { name: /^cdn → dr/ })
      .getByText("not alive")
      .waitFor();
    const changes = page.getByRole("list", { name: "Changes, the newest first" });
    await changes.getByText("alive → not alive").first().waitFor();
    await keep(page, "wide-dark-failing");
    await recording.show("well");
    await problems.waitFor({ state: "detached" });
    await changes.getByText("not alive → alive").first().waitFor();
    await context.close();
  });

  it("shows a Link with its charts and commands, by keyboard alone", async () => {
    await recording.show("well");
    for (let look = 0; look < 8; look += 1) await recording.show("well");
    const { page, context } = await open("wide");
    await page
      .getByRole("table", { name: "Links" })
      .getByRole("link", { name: "cdn → faces-b" })
      .focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: /cdn → faces-b/ });
    await dialog.waitFor();
    assert.equal(await dialog.locator("canvas").count(), 2);
    await keep(page, "wide-light-link");
    await dialog.getByText(/^kubectl .*links\.multicluster\.linkerd\.io faces-b/).waitFor();
    await dialog.getByRole("button", { name: "Copy: Log of its service mirror" }).click();
    const copied = await page.evaluate("navigator.clipboard.readText()");
    assert.match(String(copied), /^kubectl .* logs deploy\/controller-faces-b --tail=50$/);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await context.close();
  });

  it("shows a Service and a cluster by their addresses", async () => {
    await recording.show("well");
    const { page, context } = await open("wide");
    await page.goto(`${server.url}#service=faces%2Fface`);
    const service = page.getByRole("dialog", { name: /faces\/face/ });
    await service.getByRole("row", { name: /^cdn .*faces-a 5\d\.\d %/ }).waitFor();
    await service.getByRole("button", { name: "Close" }).click();
    await page
      .getByRole("group")
      .getByRole("link", { name: /^color-b:/ })
      .click();
    await page.getByRole("dialog").getByText("faces/Deployment/color: edge-26.1.1").waitFor();
    await keep(page, "wide-light-cluster");
    await context.close();
  });

  it("fits a telephone", async () => {
    for (const scheme of ["light", "dark"] as const) {
      await recording.show(scheme === "light" ? "well" : "failing");
      const { page, context } = await open("narrow", scheme);
      await page.getByRole("table", { name: "Links" }).waitFor();
      const width = await page.evaluate("document.documentElement.scrollWidth");
      assert.equal(width, sizes.narrow.width);
      await keep(page, `narrow-${scheme}`);
      await keep(page, `narrow-${scheme}-whole`, true);
      await page.getByRole("table", { name: "Links" }).getByRole("link").first().click();
      await page.getByRole("dialog").waitFor();
      await keep(page, `narrow-${scheme}-link`);
      await context.close();
    }
  });

  it("can be used by everybody, as far as axe can tell", async () => {
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    for (const [size, scheme, state] of [
      ["wide", "light", "failing"],
      ["wide", "dark", "failing"],
      ["narrow", "light", "well"],
    ] as const) {
      await recording.show(state);
      const { page, context } = await open(size, scheme);
      await page.getByRole("table", { name: "Links" }).waitFor();
      await page.evaluate(await readFile(axe, "utf8"));
      const look = async (): Promise<void> => {
        const { violations } = await page.evaluate<{
          readonly violations: readonly { id: string; nodes: { html: string }[] }[];
        }>("axe.run()");
        assert.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`),
          [],
          `${size} ${scheme}`,
        );
      };
      await look();
      await page.getByRole("table", { name: "Links" }).getByRole("link").first().click();
      await page.getByRole("dialog").waitFor();
      await look();
      await context.close();
    }
  });

  it("says when the command has ended", async () => {
    const other = await servePage({ assets: await readAssets(), listen: live.listen.bind(live) });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(other.url);
    await page.getByRole("heading", { level: 1, name: "seven" }).waitFor();
    await other.close();
    await page.getByText("The command has ended").waitFor();
    await context.close();
  });

  it("asked nobody else for anything, and complained of nothing", () => {
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(troubles, []);
  });
});
