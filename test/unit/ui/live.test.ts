import assert from "node:assert/strict";
import { before, describe, it, mock } from "node:test";
import { Live } from "../../../ui/live.ts";
import type { Listener } from "../../../ui/live.ts";
import type { PageEvents } from "../../../ui/model.ts";
import { Pace } from "../../../ui/pace.ts";
import type { Observation } from "../../../ui/page-model.ts";
import { after as next, atFirst, chosenIn, hashOf } from "../../../ui/web/state.ts";
import { observationOf, sevenPlan, statusOf } from "./recorded.ts";

type Told = readonly [name: keyof PageEvents, data: unknown];

/** An open page, with everything that was sent to it. */
class OpenPage {
  readonly told: Told[] = [];
  readonly listener: Listener = (name, data) => {
    this.told.push([name, data]);
  };

  names(): string[] {
    return this.told.map(([name]) => name);
  }
}

async function until(holds: () => boolean): Promise<void> {
  // By the clock, not by turns: a busy machine draws the maps in more of them. Timers may be mocked.
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline, "it did not happen");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("the mesh as open pages see it", () => {
  let observation: Observation;
  before(async () => {
    const plan = sevenPlan();
    observation = await observationOf(plan, statusOf(plan, new Date()));
  });

  it("is looked at only while a page is open", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    let looking = 0;
    let begun = 0;
    const live = new Live(async ({ signal }) => {
      looking += 1;
      begun += 1;
      await new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
      });
      looking -= 1;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(begun, 0);
    const closeOne = live.listen(new OpenPage().listener);
    const closeOther = live.listen(new OpenPage().listener);
    await until(() => looking === 1);
    closeOne();
    mock.timers.tick(60_000);
    assert.equal(looking, 1);
    closeOther();
    // A page that is loaded again comes back at once.
    mock.timers.tick(1_000);
    const closeAgain = live.listen(new OpenPage().listener);
    mock.timers.tick(60_000);
    assert.equal(looking, 1);
    closeAgain();
    mock.timers.tick(60_000);
    await until(() => looking === 0);
    assert.equal(begun, 1);
    live.listen(new OpenPage().listener);
    await until(() => begun === 2);
    mock.timers.reset();
    await live.stop();
    assert.equal(looking, 0);
  });

  it("tells a page that is opened later what was seen before", async () => {
    const live = new Live(async ({ signal, onObservation }) => {
      await onObservation(observation);
      await new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
      });
    });
    const first = new OpenPage();
    live.listen(first.listener);
    await until(() => first.names().at(-1) === "state" && first.names().includes("model"));
    assert.deepEqual(first.names(), [
      "state",
      "changes",
      "points",
      "state",
      "points",
      "model",
      "state",
    ]);
    const second = new OpenPage();
    live.listen(second.listener);
    assert.deepEqual(second.names(), ["state", "changes", "points", "model"]);
    assert.equal((second.told[2]?.[1] as unknown[]).length, 1);
    await live.stop();
  });

  it("says why it can't look, and tries again", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    let tries = 0;
    const live = new Live(async ({ onObservation }) => {
      tries += 1;
      if (tries === 1) throw new Error('the stack "lab" is not up');
      await onObservation(observation);
      throw new Error("it is gone");
    });
    const page = new OpenPage();
    live.listen(page.listener);
    const failures = (): readonly unknown[] =>
      page.told.flatMap(([, data]) =>
        (data as { state?: string }).state === "failed" ? [data] : [],
      );
    await until(() => failures().length === 1);
    assert.deepEqual(failures(), [{ state: "failed", message: 'the stack "lab" is not up' }]);
    mock.timers.tick(10_000);
    await until(() => failures().length === 2);
    assert.ok(page.names().includes("model"));
    mock.timers.reset();
    await live.stop();
  });
});

describe("the pace of looking", () => {
  const cases: readonly (readonly [what: string, used: number, took: number, pause: number])[] = [
    ["a cheap look is repeated after the interval", 60, 500, 10_000],
    ["a look that costs more comes less often", 900, 2_000, 28_000],
    ["but it comes", 60_000, 20_000, 120_000],
  ];
  for (const [what, used, took, pause] of cases) {
    it(what, () => {
      let [cpu, time] = [1_000, 5_000];
      const pace = new Pace({ least: 10_000, used: () => cpu, now: () => time });
      cpu += used;
      time += took;
      assert.equal(Math.round(pace.pause()), pause);
    });
  }

  it("takes no more than its share in the long run", () => {
    let [cpu, time] = [0, 0];
    const pace = new Pace({ least: 10_000, used: () => cpu, now: () => time });
    for (let look = 0; look < 50; look += 1) {
      cpu += 800;
      time += 1_500;
      time += pace.pause();
    }
    assert.ok(cpu / time <= 0.031, String(cpu / time));
  });
});

describe("what a page knows", () => {
  it("begins anew with each connection, and grows with what is new", () => {
    const change = (text: string) => ({ at: "", kind: "other" as const, subject: "west", text });
    let state = next(atFirst, { name: "connected" });
    state = next(state, { name: "changes", data: [change("a")] });
    state = next(state, { name: "changes", data: [change("b")] });
    assert.deepEqual(
      state.changes.map(({ text }) => text),
      ["a", "b"],
    );
    state = next(state, { name: "disconnected" });
    assert.equal(state.connected, false);
    assert.equal(state.changes.length, 2);
    state = next(state, { name: "connected" });
    state = next(state, { name: "changes", data: [change("a"), change("b"), change("c")] });
    assert.equal(state.changes.length, 3);
  });

  it("finds in the address what a person chose", () => {
    for (const chosen of [
      { kind: "link", id: "west → east" },
      { kind: "entry", id: "west: shop/web:80" },
    ] as const) {
      assert.deepEqual(chosenIn(hashOf(chosen)), chosen);
    }
    for (const hash of ["", "#links", "#cluster=", "#link=%"]) {
      assert.equal(chosenIn(hash), undefined);
    }
  });
});
