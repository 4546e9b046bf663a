import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { checkCluster } from "../../../providers/kind/cluster-check.ts";
import { subnetsOverlap } from "../../../planning/cidr.ts";
import { checkCidr } from "../../../providers/kind/subnets.ts";
import { unknown } from "../../../providers/server/index.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { clusterInputs } from "./harness.ts";

const check = (changes: PropertyMap) =>
  checkCluster({ urn: "", olds: {}, news: { ...clusterInputs, ...changes } });

async function reasons(changes: PropertyMap): Promise<string[]> {
  const { failures = [] } = await check(changes);
  return failures.map(({ reason }) => reason);
}

describe("check of a cluster", () => {
  it("fills in every default", async () => {
    const { inputs, failures } = await check({});
    assert.deepEqual(failures, []);
    const state = process.env.XDG_STATE_HOME ?? join(homedir(), ".local/state");
    assert.deepEqual(inputs, {
      ...clusterInputs,
      controlPlanes: 1,
      workers: 0,
      extraPortMappings: [],
      containerdConfigPatches: [],
      registryMirrors: {},
      imageArchives: [],
      imageArchiveDigests: [],
      dnsTtlSeconds: 5,
      kubeconfigPath: join(state, "linkerd-topology/project/dev/west.kubeconfig"),
    });
  });

  it("tells every problem at once, each with its path", async () => {
    const { failures = [] } = await checkCluster({
      urn: "",
      olds: {},
      news: {
        name: "West",
        generation: "a/b",
        owner: "../etc",
        podSubnet: "10.0.0.0",
        serviceSubnet: "10.30.0.1/21",
        kubernetesVersion: "1.34",
        controlPlanes: 0,
        workers: 1.5,
        podSubnets: "10.0.0.0/16",
        extraPortMappings: [
          { node: 1, containerPort: 80, hostPort: 0, listenAddress: "localhost", protocol: "tcp" },
        ],
        registryMirrors: { "docker.io": ["mirror:5000"] },
        imageArchives: ["/nowhere/images.tar", ""],
        kubeconfigPath: "west.kubeconfig",
        dnsTtlSeconds: -1,
      },
    });
    assert.deepEqual(
      failures.map(({ property }) => property).sort(),
      [
        "controlPlanes",
        "dnsTtlSeconds",
        "extraPortMappings[0].hostPort",
        "extraPortMappings[0].listenAddress",
        "extraPortMappings[0].node",
        "extraPortMappings[0].protocol",
        "generation",
        "imageArchives[0]",
        "imageArchives[1]",
        "kubeconfigPath",
        "kubernetesVersion",
        "name",
        "network",
        "owner",
        "podSubnet",
        "podSubnets",
        'registryMirrors["docker.io"][0]',
        "serviceSubnet",
        "workers",
      ].sort(),
    );
    for (const { property, reason } of failures)
      assert.ok(reason.startsWith(`${property}: `), reason);
  });

  for (const [changes, message] of [
    [{ podSubnets: "x" }, /did you mean "podSubnet"\?/],
    [{ name: "a".repeat(50) }, /"a{50}-control-plane": 64 characters.*1 shorter/],
    [{ podSubnet: "10.20.0.0/22", workers: 4 }, /room for 4 nodes.*has 5/],
    [{ serviceSubnet: "10.20.4.0/24" }, /10\.20\.4\.0\/24 overlaps podSubnet/],
    [{ podSubnet: "10.20.0.1/21" }, /the subnet is 10\.20\.0\.0\/21/],
    [{ podSubnet: "fd00::/64" }, /not an IPv4 subnet/],
    [
      { imageArchives: ["/nowhere.tar"] },
      /imageArchives\[0\]: \/nowhere\.tar can't be read: there is no such file/,
    ],
    [{ workers: 251, podSubnet: "10.128.0.0/9" }, /workers: .*250/],
    [{ registryMirrors: { "a b": ["http://m"] } }, /"a b" is not the host of a registry/],
    [
      { registryMirrors: { "*": ["http://m"], _default: [] } },
      /registryMirrors: "_default" is the same as "\*"; leave out one of them/,
    ],
    [{ options: [] }, /options: has to be a map of kind's options, not a list; write a map/],
    [
      { options: { apiServerPorts: 1 } },
      /options\.apiServerPorts: .*did you mean "apiServerPort"\?/,
    ],
    [
      { options: { featureGates: { AllAlpha: "yes" } } },
      /options\.featureGates\.AllAlpha: has to be true or false, not "yes"/,
    ],
    [
      { options: { nodeLabels: { "1": { a: "b" } } } },
      /options\.nodeLabels\["1"\]: .*there is 1 node/,
    ],
    [{ workers: "2" }, /workers: has to be a whole number, not "2"/],
    [{ nodeImage: "--privileged" }, /not a reference to an image/],
  ] as const) {
    it(`rejects ${JSON.stringify(changes)}`, async () => {
      const found = await reasons(changes);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });
  }

  it("refuses an archive that is a pipe at once", async () => {
    const folder = await mkdtemp(join(tmpdir(), "archives-"));
    try {
      const pipe = join(folder, "images.tar");
      execFileSync("mkfifo", [pipe]);
      assert.match(
        String(await reasons({ imageArchives: [pipe] })),
        /images\.tar can't be read: it is a pipe/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("finds the same host port twice", async () => {
    const mapping = {
      containerPort: 80,
      hostPort: 8080,
      listenAddress: "127.0.0.1",
      protocol: "TCP",
    };
    assert.deepEqual(
      await reasons({
        workers: 1,
        extraPortMappings: [
          { node: 0, ...mapping },
          { node: 1, ...mapping },
        ],
      }),
      ["extraPortMappings[1].hostPort: is the same port as that of extraPortMappings[0]"],
    );
  });

  it("lets unknown values through", async () => {
    const { inputs, failures } = await check({
      name: unknown,
      podSubnet: unknown,
      imageArchives: [unknown],
      options: { apiServerPort: unknown },
    });
    assert.deepEqual(failures, []);
    assert.equal(inputs.name, unknown);
    assert.equal(inputs.kubeconfigPath, unknown);
    assert.equal(inputs.imageArchiveDigests, unknown);
  });

  it("refuses a DNS TTL of 0, which kills proxies of older releases of Linkerd", async () => {
    const { failures = [] } = await check({ dnsTtlSeconds: 0 });
    assert.deepEqual(
      failures.map(({ property, reason }) => [property, /write 1 or more/.test(reason)]),
      [["dnsTtlSeconds", true]],
    );
    assert.match(failures[0]?.reason ?? "", /before edge-26\.3\.3 .*linkerd2#14954/);
    assert.deepEqual((await check({ dnsTtlSeconds: 1 })).failures ?? [], []);
  });

  it("passes its own result unchanged, as the engine asks for after an import", async () => {
    const first = await check({ workers: 2 });
    const second = await checkCluster({ urn: "", olds: {}, news: first.inputs });
    assert.deepEqual(second, first);
  });
});

describe("subnets", () => {
  const cidr = fc
    .record({
      address: fc.nat(0xffffff).map((n) => 0x0a000000 + n),
      prefix: fc.integer({ min: 8, max: 30 }),
    })
    .map(({ address, prefix }) => {
      const size = 2 ** (32 - prefix);
      const first = Math.floor(address / size) * size;
      const text = [24, 16, 8, 0].map((shift) => (first >>> shift) & 0xff).join(".");
      return { text: `${text}/${prefix}`, first, last: first + size - 1 };
    });

  it("overlap exactly when an address is in both", () => {
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        assert.equal(subnetsOverlap(a.text, b.text), a.first <= b.last && b.first <= a.last);
      }),
    );
  });

  it("are valid exactly when they begin at their first address", () => {
    fc.assert(
      fc.property(cidr, ({ text }) => {
        assert.equal(checkCidr(text, 8, 30), undefined);
      }),
    );
  });
});
