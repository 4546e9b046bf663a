import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ReportEvent } from "../../../environments/report/events.ts";
import {
  GithubRenderer,
  JsonRenderer,
  PlainRenderer,
} from "../../../environments/report/plain-renderer.ts";
import type { Renderer } from "../../../environments/report/renderer.ts";
import { renderTimes } from "../../../environments/report/times.ts";
import { Clock, tellStory } from "./story.ts";

async function told(make: (out: { write(text: string): void }) => Renderer): Promise<string> {
  let text = "";
  await tellStory(make({ write: (part) => (text += part) }), new Clock());
  return text;
}

describe("what a command tells of its progress", () => {
  test("is lines with the time of day in a log", async () => {
    assert.equal(
      await told((out) => new PlainRenderer(out)),
      `2026-11-21T15:00:00Z tools, images and charts ...
2026-11-21T15:00:00Z   kind: 0.32.0 in 2 s
2026-11-21T15:00:00Z ! docker.io was installed
2026-11-21T15:00:02Z tools, images and charts: docker 28.0 (2.4 s)
2026-11-21T15:00:02Z pulumi up of lab ...
2026-11-21T15:00:02Z   mesh: creating Docker network lab
2026-11-21T15:00:03Z   mesh: Docker network lab created (0.8 s)
2026-11-21T15:00:03Z   west: creating nodes
2026-11-21T15:00:03Z   east: creating nodes
2026-11-21T15:00:12Z   west: creating nodes: starting control plane
2026-11-21T15:00:24Z   west: nodes created (21.0 s)
2026-11-21T15:00:24Z   west: installing control plane
2026-11-21T15:00:38Z   west: control plane installed (14.2 s)
2026-11-21T15:00:38Z   east: nodes: failed (35.2 s)
2026-11-21T15:00:38Z ! a warning
2026-11-21T15:00:38Z pulumi up of lab: 40 created (36.0 s)
2026-11-21T15:00:38Z proof ...
2026-11-21T15:02:38Z proof: failed (2 min 0 s)
`,
    );
  });

  test("is groups, and annotations for what went wrong, in GitHub's log", async () => {
    const text = await told((out) => new GithubRenderer(out));
    const commands = text.split("\n").filter((line) => line.startsWith("::"));
    assert.deepEqual(commands, [
      "::group::tools, images and charts",
      "::notice::docker.io was installed",
      "::endgroup::",
      "::group::pulumi up of lab",
      "::notice::a warning",
      "::endgroup::",
      "::group::proof",
      "::endgroup::",
      "::error title=linkerd-topology::not as planned:%0A  - 100%25 of it",
    ]);
    // The outcome stays in sight when the group is folded.
    assert.match(text, /::endgroup::\n2026-11-21T15:00:38Z pulumi up of lab: 40 created/);
  });

  test("is one JSON object per line for programs, every step with its cluster and its end", async () => {
    const events = (await told((out) => new JsonRenderer(out)))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as ReportEvent);
    assert.deepEqual(events[0], {
      time: "2026-11-21T15:00:00.000Z",
      event: "command-started",
      version: 1,
      command: "up",
      name: "lab",
    });
    const started = events.filter(({ event }) => event === "step-started");
    const ended = events.filter((event) => event.event === "step-ended");
    assert.equal(started.length, ended.length);
    assert.deepEqual(
      ended.map(({ cluster, result, milliseconds }) => [cluster, result, milliseconds]),
      [
        [undefined, "Docker network lab created", 800],
        ["west", "nodes created", 21_000],
        ["west", "multicluster extension deleted", 0],
        ["west", "control plane installed", 14_200],
        ["east", "nodes: failed", 35_200],
      ],
    );
    const { event, ...result } = events.at(-1) as ReportEvent & { event: "result" };
    assert.equal(event, "result");
    assert.deepEqual(result, {
      time: "2026-11-21T15:02:38.400Z",
      outcome: "failure",
      exitCode: 4,
      error: "not as planned:\n  - 100% of it",
      milliseconds: 158_400,
    });
  });

  test("ends with where the time went, cluster by cluster", async () => {
    const { phases, steps } = (await tellStory({ event: () => undefined }, new Clock())).times;
    assert.equal(
      renderTimes(phases, steps),
      `Where the time went
  tools, images and charts       2.4 s
  pulumi up of lab              36.0 s
    mesh  Docker network lab 0.8 s
    west  nodes 21.0 s, control plane 14.2 s
    east  nodes 35.2 s
  proof                      2 min 0 s  failed`,
    );
  });

  test("a chain of steps that is too long for a line goes on below it", () => {
    const phase = "up";
    const steps = ["nodes", "control plane", "multicluster extension"].map((what) => ({
      phase,
      cluster: "west",
      what,
      milliseconds: 10_000,
    }));
    assert.equal(
      renderTimes([{ title: phase, milliseconds: 30_000, outcome: "done" }], steps, 40),
      `Where the time went
  up      30.0 s
    west  nodes 10.0 s,
          control plane 10.0 s,
          multicluster extension 10.0 s`,
    );
  });
});
