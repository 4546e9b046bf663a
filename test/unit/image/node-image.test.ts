import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { assertEach } from "../../assert-each.ts";
import { archiveRecipes } from "../../../toolchain/image/archives.ts";
import { keyOf } from "../../../toolchain/image/context.ts";
import {
  debianKey,
  isDebianFamily,
  mmdebstrapArguments,
  sourcesOf,
} from "../../../toolchain/image/debian.ts";
import { requiredVersion } from "../../../toolchain/image/go-module.ts";
import {
  adaptContainerdConfig,
  baseContainerSpec,
  ownFilesForKey,
} from "../../../toolchain/image/node-files.ts";
import { componentTags, nodeImage } from "../../../toolchain/image/node-image.ts";
import { nodeProfile, nodeProfileLabel } from "../../../toolchain/image/node-profile.ts";

const tags = {
  repository: "localhost/made-up",
  kubernetes: "v1.34.2",
  etcd: "3.6.5-0",
  coredns: "v1.13.2",
  pause: "3.10.1",
};

describe("the node image's profile", () => {
  test("is a label of the image, in the shape that the kind provider reads", () => {
    const label = nodeImage("x:1", [], tags).config.Labels?.[nodeProfileLabel];
    const profile = JSON.parse(label ?? "") as Record<string, unknown>;
    assert.deepEqual(Object.keys(profile).sort(), [
      "containerdConfigPatches",
      "disableDefaultCNI",
      "kubeadmConfigPatches",
    ]);
    assert.equal(profile["disableDefaultCNI"], true);
  });

  test("its patches are YAML documents of the kinds that kubeadm knows", () => {
    const patches = nodeProfile(tags).kubeadmConfigPatches.map((patch) => parse(patch) as unknown);
    assert.deepEqual(patches, [
      {
        kind: "ClusterConfiguration",
        imageRepository: "localhost/made-up",
        dns: { imageTag: "v1.13.2" },
        etcd: { local: { imageTag: "3.6.5-0" } },
      },
      { kind: "KubeletConfiguration", cgroupDriver: "cgroupfs" },
    ]);
  });

  test("the versions come from the pinned Go modules", async () => {
    const found = await componentTags();
    assert.match(found.kubernetes, /^v1\.\d+\.\d+$/);
    assert.match(found.etcd, /^3\.\d+\.\d+-0$/);
    assert.match(found.coredns, /^v1\.\d+\.\d+$/);
  });
});

describe("keys", () => {
  test("do not depend on the order of keys, do depend on every value (property)", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (inputs) => {
        const reversed = Object.fromEntries(Object.entries(inputs).toReversed());
        assert.equal(keyOf(inputs), keyOf(reversed));
        assert.notEqual(keyOf(inputs), keyOf({ ...inputs, "one more": 1 }));
      }),
    );
  });

  test("the order of a list counts", () => {
    assert.notEqual(keyOf(["a", "b"]), keyOf(["b", "a"]));
  });

  test("are short and fit into a tag", () => {
    assert.match(keyOf({}), /^[0-9a-f]{12}$/);
    assert.match(debianKey(), /^bookworm-[0-9a-f]{12}$/);
  });

  test("a change of one of our own files is a change of the key", async () => {
    const folder = await mkdtemp(join(tmpdir(), "files-"));
    try {
      await writeFile(join(folder, "unit"), "a");
      const before = keyOf(await ownFilesForKey(folder));
      assert.equal(keyOf(await ownFilesForKey(folder)), before);
      await writeFile(join(folder, "unit"), "b");
      assert.notEqual(keyOf(await ownFilesForKey(folder)), before);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("files of the node", () => {
  const config = [
    'sandbox_image = "somewhere/pause:3.10"',
    "SystemdCgroup = true",
    "SystemdCgroup = true",
    "restrict_oom_score_adj = false",
  ].join("\n");

  test("containerd's configuration is kind's with what differs", () => {
    const adapted = adaptContainerdConfig(config, tags);
    assert.match(adapted, /^sandbox_image = "localhost\/made-up\/pause:3\.10\.1"$/m);
    assert.equal(adapted.match(/SystemdCgroup = false/g)?.length, 2);
    // It stays for the node to decide, which knows its host.
    assert.match(adapted, /^restrict_oom_score_adj = false$/m);
    assert.match(adapted, /conf_template = /);
  });

  for (const line of config.split("\n").filter((text) => !text.startsWith("System"))) {
    test(`a kind without "${line}" is refused, not half adapted`, () => {
      assert.throws(
        () => adaptContainerdConfig(config.replace(line, ""), tags),
        /this kind is unknown/,
      );
    });
  }

  test("containers begin without limits and with kind's hook", () => {
    const spec = JSON.stringify({ process: { rlimits: [{}], cwd: "/" }, hooks: { poststop: [] } });
    assert.deepEqual(JSON.parse(baseContainerSpec(spec)), {
      process: { cwd: "/" },
      hooks: { poststop: [], createContainer: [{ path: "/kind/bin/mount-product-files.sh" }] },
    });
  });
});

describe("Debian", () => {
  for (const [release, expected] of [
    ["ID=debian\n", true],
    ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', true],
    ['ID="linuxmint"\nID_LIKE="ubuntu debian"\n', true],
    ["ID=fedora\n", false],
    ["ID=nodebian\n", false],
    ["VERSION_ID=debian\n", false],
    ["", false],
  ] as const) {
    test(`${JSON.stringify(release)} is ${expected ? "" : "not "}of its family`, () => {
      assert.equal(isDebianFamily(release), expected);
    });
  }

  test("the machine's own mirrors of the suite are used, and no other repositories", () => {
    const listed = [
      "http://mirror.example/debian/ bookworm main Debian",
      "http://mirror.example/debian/ bookworm main Debian",
      "http://mirror.example/debian/ bookworm contrib Debian",
      "http://mirror.example/security/ bookworm-security main Debian",
      "http://mirror.example/debian/ trixie main Debian",
      "https://tools.example/apt/ bookworm main Tools",
      "",
    ].join("\n");
    assert.deepEqual(sourcesOf(listed, "bookworm"), [
      "deb http://mirror.example/debian/ bookworm main",
      "deb http://mirror.example/security/ bookworm-security main",
    ]);
  });

  test("mmdebstrap is told suite, target and mirrors last", () => {
    assert.deepEqual(mmdebstrapArguments("/x.tar", ["deb u s main"]).slice(-3), [
      "bookworm",
      "/x.tar",
      "deb u s main",
    ]);
    assert.equal(mmdebstrapArguments("/x.tar").at(-1), "/x.tar");
  });
});

test("a go.mod's requirements are found in both of its forms", () => {
  const goMod =
    "module m\n\nrequire a.b/one v1.2.3\n\nrequire (\n\ta.b/two v0.1.0 // indirect\n)\n";
  assert.equal(requiredVersion(goMod, "a.b/one"), "v1.2.3");
  assert.equal(requiredVersion(goMod, "a.b/two"), "v0.1.0");
  assert.throws(() => requiredVersion(goMod, "a.b/three"), /requires no a\.b\/three/);
});

describe("image archives", () => {
  test("stand-ins for Linkerd say so in their names", () => {
    for (const [name, recipe] of Object.entries(archiveRecipes("edge-26.1.1"))) {
      const standsIn = Object.values(recipe.programs).includes("noDataPlane");
      assert.equal(recipe.reference.includes("no-data-plane"), standsIn, name);
    }
  });

  test("links of the proxy's image lead to the one program", () => {
    const { programs, links } = archiveRecipes("edge-26.1.1").proxy;
    assert.deepEqual(Object.keys(programs), ["usr/lib/linkerd/no-data-plane"]);
    assertEach("links to the program", Object.values(links ?? {}), (target) =>
      target.endsWith("no-data-plane"),
    );
  });
});
