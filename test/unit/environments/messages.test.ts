import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { unknownStack } from "../../../environments/stacks.ts";
import { engineError } from "../../../environments/report/engine-errors.ts";
import { EngineProgress } from "../../../environments/report/engine-progress.ts";
import { describeResource } from "../../../environments/report/resource-words.ts";

const cluster =
  "urn:pulumi:lab::p::linkerd-topology:index:Topology$kind:index:Cluster::lab-west-1a2b3c4d";
const stack = "urn:pulumi:lab::p::pulumi:pulumi:Stack::p-lab";

describe("what a person reads", () => {
  test("a resource goes by its cluster's name, without hash and prefix", () => {
    assert.equal(describeResource(cluster), "cluster west");
    assert.equal(describeResource(stack), "program");
  });

  test("an unknown stack comes with the known ones and a guess", () => {
    const { message } = unknownStack("hierarchica", ["flat", "hierarchical"]);
    assert.match(message, /no stack "hierarchica" \(did you mean "hierarchical"\?\)/);
    assert.match(message, /stacks: flat, hierarchical/);
  });

  test("an error of the engine is told once, with what it is about and without stack traces", () => {
    const text = "port 80 is taken: choose another\n    at create (/x/y.ts:10:3)";
    const { message } = engineError(
      "up",
      [
        { urn: cluster, text },
        { urn: cluster, text },
        { urn: stack, text: "update failed" },
      ],
      new Error("exit code 1"),
    );
    assert.equal(message, "up failed:\n  - cluster west: port 80 is taken: choose another");
  });

  test("without an event, the engine's own words are told", () => {
    const printed = "code: 255\n stdout: \n stderr: error: no such plugin\n\n err?: undefined";
    assert.match(engineError("up", [], new Error(printed)).message, /- error: no such plugin$/);
  });
});

describe("the engine's events", () => {
  const metadata = { op: "create", urn: cluster, type: "kind:index:Cluster" };
  const event = (content: object): Parameters<EngineProgress["handle"]>[0] => ({
    sequence: 0,
    timestamp: 0,
    ...content,
  });

  test("become steps with times, and the provider's last word on them", () => {
    let now = 0;
    const progress = new EngineProgress(undefined, () => now);
    progress.handle(event({ resourcePreEvent: { metadata } }));
    progress.handle(
      event({
        diagnosticEvent: {
          urn: cluster,
          message: "<{%fg 1%}>starting control-plane<{%reset%}>\n",
          severity: "info",
          ephemeral: true,
        },
      }),
    );
    assert.deepEqual(
      progress.running.map(({ status }) => status),
      ["starting control-plane"],
    );
    now = 1500;
    progress.handle(event({ resOutputsEvent: { metadata } }));
    assert.deepEqual(progress.running, []);
    assert.equal(progress.steps[0]?.ended, 1500);
  });

  test("errors are kept, debugging is not", () => {
    const progress = new EngineProgress();
    progress.handle(event({ diagnosticEvent: { urn: cluster, message: "no", severity: "error" } }));
    progress.handle(event({ diagnosticEvent: { message: "secret", severity: "debug" } }));
    assert.deepEqual(progress.errors, [{ urn: cluster, text: "no" }]);
  });
});
