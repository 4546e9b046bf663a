import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { forPeople, forPrograms, rendered } from "../../../system/print.ts";
import { GithubRenderer } from "../../../environments/report/plain-renderer.ts";
import { renderOutlook } from "../../../environments/rotation/render-outlook.ts";
import { renderReap } from "../../../environments/commands/reap.ts";
import { renderPreflight } from "../../../environments/look-ahead.ts";
import { engineError } from "../../../environments/report/engine-errors.ts";
import { Parts } from "../../../verification/bundle/parts.ts";
import { eventsText } from "../../../verification/bundle/events.ts";
import {
  type CheckResult,
  junitDocument,
  markdownSummary,
  type MeshStatus,
  renderRound,
  renderStatus,
  renderVerification,
  styleOf,
  type Verification,
} from "../../../verification/index.ts";
import { jsonText, printable, printableIn } from "../../../system/printable.ts";
import { twoClusters } from "./planned.ts";

const [escape, bell, csi] = [0x1b, 0x07, 0x9b].map((code) => String.fromCharCode(code));
const hidden = `${escape ?? ""}]52;c;cm0gLXJm${bell ?? ""}`;
/** Clears the screen, sets the clipboard, colours, overwrites, turns the direction, and can't be seen. */
const hostile =
  `a${escape ?? ""}[2J${hidden}${escape ?? ""}[32mb${csi ?? ""}31mc\rd\u0008e\u202ef` +
  `\u2066g\u200bh\ufeffi\u{e0041}j\ud800k\uffffl\u2028m`;

const steers = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\uffff/u;
const isHarmless = (text: string, what: string): void => {
  assert.ok(!steers.test(text), `${what}: ${JSON.stringify(text)}`);
  assert.ok(!text.includes("cm0gLXJm"), `${what}: what is meant for the terminal is left`);
  for (const letter of "abcdefghijklm") assert.ok(text.includes(letter), `${what}: ${letter}`);
};

const result = (state: "failed" | "not run" | "passed"): CheckResult =>
  ({
    check: hostile,
    title: hostile,
    subject: hostile,
    group: "Links",
    ...(state === "failed" && { state, problem: hostile, mend: hostile }),
    ...(state === "not run" && { state, reason: hostile }),
    ...(state === "passed" && { state, detail: hostile }),
  }) as CheckResult;
const results = (["failed", "not run", "passed"] as const).map(result);

const status: MeshStatus = {
  topology: hostile,
  observedAt: "2026-01-06T10:00:00.000Z",
  dataPlane: "real",
  clusters: [
    {
      name: hostile,
      kubeconfigPath: hostile,
      problems: [hostile],
      reachable: true,
      kubernetesVersion: hostile,
      nodes: [
        { name: hostile, role: "worker", ready: true, address: hostile, podCidrs: [hostile] },
      ],
      podSubnet: hostile,
      serviceSubnet: hostile,
      workloads: [{ namespace: hostile, name: hostile, ready: false, trouble: hostile }],
      proxies: [],
      injection: { injects: true, seen: hostile },
      services: undefined,
      podRoutes: undefined,
      routes: [],
      dataPlane: "real",
      trustAnchors: [
        { subject: hostile, fingerprint: hostile, notBefore: "", expires: "2036-01-01T00:00:00Z" },
      ],
      issuer: undefined,
    },
  ],
  links: [
    {
      source: hostile,
      target: hostile,
      mode: "gateway",
      access: { account: hostile, tokenGeneration: 1, revoked: false },
      present: true,
      serviceMirror: { takenUp: true, pod: hostile, trouble: hostile, stuck: false },
      discovery: { trouble: hostile },
      gateway: { state: "alive", address: hostile, latencyMilliseconds: 3 },
      mirrors: [
        {
          kind: "gateway",
          namespace: hostile,
          service: hostile,
          mirror: undefined,
          endpoints: [hostile],
          mirrored: false,
          reason: hostile,
        },
      ],
    },
  ],
};

const verification: Verification = {
  proved: false,
  startedAt: "2026-01-06T10:00:00.000Z",
  milliseconds: 1_000,
  results,
  status,
};

describe("what clusters, Docker and Helm say", () => {
  it("steers no terminal from any text for people", () => {
    const [first] = results;
    const texts = {
      status: renderStatus(status, { results }),
      "narrow status": renderStatus(status, { results, width: 40 }),
      verification: renderVerification(verification),
      "round of a watch": renderRound({
        number: 2,
        verification,
        sentTraffic: false,
        changes: [{ at: "", before: undefined, after: first }],
      }),
      preflight: renderPreflight([
        { id: "x", title: hostile, state: "failed", problems: [hostile], note: hostile },
      ] as unknown as Parameters<typeof renderPreflight>[0]),
      rotation: renderOutlook({
        underway: true,
        state: undefined,
        steps: [hostile],
        others: [hostile],
      }),
      reap: renderReap(
        { removed: [], left: [{ name: hostile, why: hostile }], failed: [], problems: [hostile] },
        false,
      ),
      "engine's error": forPeople(
        engineError("up", [{ urn: undefined, text: hostile }], new Error()).message,
        {},
      ),
    };
    for (const [what, text] of Object.entries(texts)) isHarmless(text, what);
  });

  it("colours nothing, where our own colours stay", () => {
    const style = styleOf({ color: true });
    const text = rendered(`${style.good("fine")} ${escape ?? ""}[8mhidden${escape ?? ""}[2J`, {});
    assert.equal(text, `${style.good("fine")} hidden`);
    const coloured = renderStatus(status, { color: true, results });
    assert.equal(rendered(coloured, {}), coloured);
    assert.equal(forPeople(coloured, {}), renderStatus(status, { results }));
    assert.equal(printable(coloured), renderStatus(status, { results }));
  });

  it("is said in JSON as it is, in letters that steer nothing", () => {
    const text = jsonText({ name: hostile });
    assert.ok(!steers.test(text), text);
    assert.deepEqual(JSON.parse(text), { name: hostile });
  });

  it("is no markup of the reports of CI, nor anything that XML can't hold", () => {
    const junit = junitDocument(verification);
    isHarmless(junit, "JUnit");
    const summary = markdownSummary(verification, twoClusters);
    isHarmless(summary, "Markdown");
  });

  it("is no command to GitHub's runner", () => {
    const env = { GITHUB_ACTIONS: "true" };
    const message = "fine\n::add-mask::x\n  ::stop-commands::y\nx ##[add-mask]z";
    const isCommand = /^\s*::|##\[/m;
    assert.ok(isCommand.test(forPeople(message, {})));
    assert.ok(!isCommand.test(forPeople(message, env)));
    const document = forPrograms({ message: "##[add-mask]z" }, undefined, env);
    assert.ok(!isCommand.test(document));
    assert.deepEqual(JSON.parse(document), { message: "##[add-mask]z" });
    let log = "";
    const renderer = new GithubRenderer({ write: (text) => (log += text) });
    renderer.event({ time: "2026-01-06T10:00:00.000Z", event: "message", text: message });
    assert.ok(!isCommand.test(log), log);
  });

  it("neither steers the terminal of who unpacks a bundle, nor leads out of it", async () => {
    const token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    const parts = new Parts([], AbortSignal.timeout(1_000));
    await parts.add("clusters/west/../../../etc/events.txt", () =>
      eventsText([{ metadata: { name: "x" }, message: hostile, reason: hostile }]),
    );
    await parts.add(
      `pods/${hostile}.log`,
      () => `token ${token.slice(0, 9)}\u200b${token.slice(9)}`,
    );
    await parts.addJson("plan.json", () => ({ hostile }));
    await parts.add("broken.txt", () => Promise.reject(new Error(hostile)));
    for (const { path, text } of parts.all()) {
      assert.match(path, /^[\w./:@+-]+$/);
      assert.ok(!path.split("/").includes(".."), path);
      assert.ok(!steers.test(text), `${path}: ${JSON.stringify(text)}`);
    }
  });

  it("keeps what people write", () => {
    const text = "Größe 集群 👩‍👩‍👧 \u0645\u0631\u062d\u0628\u0627\n\tline";
    assert.equal(printable(text), text);
    assert.deepEqual(printableIn({ a: [text, 1, null, undefined] }), {
      a: [text, 1, null, undefined],
    });
  });
});
