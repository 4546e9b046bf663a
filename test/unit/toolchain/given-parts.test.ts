import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { imagesForDocker, partsOf, roleOf } from "../../../toolchain/given-parts.ts";

describe("the part that an image plays", () => {
  for (const [reference, role] of [
    ["cr.l5d.io/linkerd/controller:edge-26.1.1", "controller"],
    ["ghcr.io/linkerd/proxy:edge-26.1.1", "proxy"],
    ["registry.example:5000/mirror/linkerd/proxy:edge-26.1.1", "proxy"],
    ["cr.l5d.io/linkerd/proxy:edge-25.1.1", undefined],
    ["cr.l5d.io/linkerd/proxy", undefined],
    ["cr.l5d.io/linkerd/proxy-init:edge-26.1.1", undefined],
    ["kindest/node:v1.34.2", "node"],
    ["docker.io/kindest/node:v1.34.2@sha256:00ff", "node"],
    ["docker.io/envoyproxy/envoy:v1.36.2", "load balancer"],
    ["envoyproxy/envoy:v1.36.2", "load balancer"],
    ["kindest/haproxy:v20260131-7181c60a", "load balancer"],
    ["example.com/envoyproxy/gateway:v1.6.0", undefined],
    ["registry.k8s.io/pause:3.10.1", "pause"],
    ["registry.k8s.io/e2e-test-images/agnhost:2.56", "probe"],
    ["cr.l5d.io/linkerd/metrics-api:edge-26.1.1", "metrics-api"],
    ["cr.l5d.io/linkerd/tap:edge-26.1.1", "tap"],
    ["cr.l5d.io/linkerd/web:edge-26.1.1", "web"],
    ["cr.l5d.io/linkerd/tap:edge-25.1.1", undefined],
    ["example.com/notpause:1", undefined],
    ["example.com/web:2", undefined],
  ] as const) {
    test(`${reference}: ${role ?? "none"}`, () => {
      assert.equal(roleOf(reference, "edge-26.1.1"), role);
    });
  }
});

describe("a directory of image archives", () => {
  const wanted = "edge-26.1.1";
  const archive = (path: string, ...references: string[]) => ({ path, references });
  const controller = archive("/images/controller.tar", "cr.l5d.io/linkerd/controller:edge-26.1.1");
  const proxy = archive("/images/proxy.tar", "cr.l5d.io/linkerd/proxy:edge-26.1.1");
  const newerController = archive("/images/c.tar", "cr.l5d.io/linkerd/controller:edge-26.8.3");
  const newerProxy = archive("/images/p.tar", "cr.l5d.io/linkerd/proxy:edge-26.8.3");
  const parts = (...given: ReturnType<typeof archive>[]) => partsOf(given, wanted, "/images");

  test("the first image that fits a part plays it", () => {
    const second = archive("/images/z.tar", "ghcr.io/linkerd/proxy:edge-26.1.1");
    const { roles, loaded, notes } = parts(controller, proxy, second);
    assert.equal(roles.get("controller")?.reference, controller.references[0]);
    assert.equal(roles.get("proxy")?.reference, proxy.references[0]);
    assert.deepEqual(loaded, [controller.path, proxy.path, second.path]);
    assert.deepEqual(notes, []);
  });

  test("what is no part of a topology is loaded into the nodes; what Docker itself runs is not", () => {
    const web = archive("/images/web.tar", "example.com/web:2");
    const unnamed = archive("/images/unnamed.tar");
    const node = archive("/images/node.tar", "kindest/node:v1.34.2");
    const envoy = archive("/images/envoy.tar", "envoyproxy/envoy:v1.36.2");
    const given = parts(web, envoy, unnamed, node);
    assert.deepEqual(given.loaded, [web.path, unnamed.path]);
    assert.deepEqual(imagesForDocker(given), [
      { role: "node", archive: node.path, reference: "kindest/node:v1.34.2" },
      { role: "load balancer", archive: envoy.path, reference: "envoyproxy/envoy:v1.36.2" },
    ]);
  });

  for (const [name, given] of [
    ["another version", [newerController, newerProxy]],
    ["another version of one image only", [controller, newerProxy]],
    ["another version beside other images", [archive("/images/web.tar", "web:2"), newerProxy]],
    ["no version", [controller, archive("/images/p.tar", "cr.l5d.io/linkerd/proxy@sha256:00ff")]],
  ] as const) {
    test(`Linkerd's images of ${name}: refused, with what is there and what is wanted`, () => {
      assert.throws(
        () => parts(...given),
        ({ message }: Error) => {
          const [first = "", ...lines] = message.split("\n");
          assert.match(first, /^IMAGES=\/images has .* another version .* than edge-26\.1\.1/);
          const others = given.filter((one) => one !== controller && !one.path.includes("web"));
          assert.deepEqual(
            lines.slice(0, -1),
            others.map(({ path, references }) => `  ${path}: ${references[0] ?? ""}`),
          );
          const cure = /docker save -o FILE\.tar .*cr\.l5d\.io\/linkerd\/proxy:edge-26\.1\.1"/;
          assert.match(lines.at(-1) ?? "", cure);
          assert.equal(lines.at(-1)?.includes("linkerd/controller"), given[0] === newerController);
          return true;
        },
      );
    });
  }

  test("another version beside the right one: used nowhere, which a note says", () => {
    const both = archive("/images/all.tar", ...newerController.references, "example.com/web:2");
    const { roles, loaded, notes } = parts(both, newerProxy, controller, proxy);
    assert.equal(roles.get("proxy")?.archive, proxy);
    assert.deepEqual(loaded, [both.path, controller.path, proxy.path]);
    assert.equal(notes.length, 1);
    assert.match(
      notes[0] ?? "",
      /edge-26\.1\.1.*not used:\n.*all\.tar:.*26\.8\.3\n.*p\.tar:.*26\.8\.3$/s,
    );
  });
});
