import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ContainerStatus, Pod } from "../../../kubernetes/objects.ts";
import { troubleOf } from "../../../kubernetes/pods.ts";
import { releaseOfImage } from "../../../planning/linkerd/version.ts";
import { podsText } from "../../../verification/bundle/cluster-parts.ts";

type Given = Omit<ContainerStatus, "ready"> & { readonly ready?: boolean };

interface Statuses {
  readonly inits?: readonly Given[];
  readonly own?: readonly Given[];
}

/** A pod with an init container that ends, a native sidecar, and the workload itself. */
function podOf({ inits = [], own = [] }: Statuses): Pod {
  const statuses = (given: readonly Given[]) => given.map((one) => ({ ready: false, ...one }));
  return {
    metadata: { name: "web-7d9c8-abcde", namespace: "default" },
    spec: {
      initContainers: [
        { name: "linkerd-init" },
        { name: "linkerd-proxy", restartPolicy: "Always" },
      ],
      containers: [{ name: "web" }],
    },
    status: {
      phase: "Pending",
      initContainerStatuses: statuses(inits),
      containerStatuses: statuses(own),
    },
  };
}

const waiting = (reason: string) => ({ waiting: { reason } });
const ended = (exitCode: number) => ({ terminated: { exitCode } });
const initDone: Given = { name: "linkerd-init", ready: true, state: ended(0) };

describe("why a pod with native sidecars isn't Ready", () => {
  for (const [what, pod, words] of [
    [
      "its proxy waits",
      { inits: [initDone, { name: "linkerd-proxy", state: waiting("CrashLoopBackOff") }] },
      "linkerd-proxy: CrashLoopBackOff",
    ],
    [
      "its proxy isn't ready",
      { inits: [initDone, { name: "linkerd-proxy", state: { running: {} } }] },
      "linkerd-proxy: not ready",
    ],
    [
      "its proxy ended, which it never should",
      { inits: [initDone, { name: "linkerd-proxy", state: ended(0) }] },
      "linkerd-proxy: ended with 0",
    ],
    [
      "an init container failed",
      {
        inits: [{ name: "linkerd-init", state: ended(1) }],
        own: [{ name: "web", state: waiting("PodInitializing") }],
      },
      "linkerd-init: ended with 1, web: PodInitializing",
    ],
    [
      "only the workload isn't ready",
      { inits: [initDone, { name: "linkerd-proxy", ready: true }], own: [{ name: "web" }] },
      "web: not ready",
    ],
    ["nothing is known", { inits: [initDone] }, "Pending"],
  ] as const satisfies readonly (readonly [string, Statuses, string])[]) {
    it(what, () => {
      assert.equal(troubleOf(podOf(pod)), words);
    });
  }
});

it("the bundle counts the restarts of native sidecars too", () => {
  const pod = podOf({
    inits: [initDone, { name: "linkerd-proxy", restartCount: 4 }],
    own: [{ name: "web", restartCount: 3 }],
  });
  assert.match(podsText([pod]).split("\n")[1] ?? "", /web-7d9c8-abcde +no +7 /);
});

describe("the release of an image", () => {
  for (const [image, version] of [
    ["cr.l5d.io/linkerd/proxy:edge-26.6.3", "edge-26.6.3"],
    ["registry.example:5000/linkerd/proxy:edge-26.1.1@sha256:0a", "edge-26.1.1"],
    ["localhost/no-data-plane/proxy:edge-26.1.1", "edge-26.1.1"],
    ["registry.example:5000/linkerd/proxy", undefined],
    ["registry.example/proxy:7", undefined],
    ["", undefined],
  ] as const) {
    it(`${image || "none"}: ${version ?? "can't be told"}`, () => {
      assert.equal(releaseOfImage(image), version);
    });
  }
});
