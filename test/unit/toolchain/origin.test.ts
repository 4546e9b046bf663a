import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Artifact } from "../../../toolchain/artifact.ts";
import { exists } from "../../../toolchain/cache.ts";
import { openInternet } from "../../../toolchain/internet.ts";
import { checksumIn, ensureTool, platformOf, type Tool } from "../../../toolchain/tool.ts";
import { withFolder } from "./folder.ts";

const program = "#!/bin/sh\necho tool v1.2.3\n";
const sum = createHash("sha256").update(program).digest("hex");

/** A tool whose build is a file, so that no compiler is needed. */
function toolAt(releases: string): Tool {
  const built: Artifact = {
    name: "tool",
    version: "1.2.3",
    programs: [],
    finish: (folder) => writeFile(join(folder, "tool"), program),
  };
  const file = "tool-release";
  return {
    name: "tool",
    version: "1.2.3",
    machine: { command: "tool", arguments: [], range: { atLeast: "1.2.0", below: "2.0.0" } },
    release: () => ({
      url: `${releases}/${file}`,
      checksums: `${releases}/sums`,
      file,
      as: "tool",
    }),
    built,
  };
}

/** A host of releases. */
async function withReleases(
  files: Readonly<Record<string, string>>,
  run: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const content = files[request.url ?? ""];
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function putOnPath(folder: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "tool"), text);
  await chmod(join(folder, "tool"), 0o755);
  return folder;
}

describe("where a tool comes from", () => {
  const good = { "/sums": `${sum}  tool-release\n`, "/tool-release": program };
  const other = "a different file";
  const cases = [
    ["a suitable one on PATH is used", program, good, "machine"],
    ["one that is too old on PATH: the release", "#!/bin/sh\necho v1.1.9\n", good, "release"],
    ["one that is too new on PATH: the release", "#!/bin/sh\necho v2.0.0\n", good, "release"],
    ["one that says nothing: the release", "#!/bin/sh\nexit 1\n", good, "release"],
    ["none on PATH, releases in reach: the release", undefined, good, "release"],
    ["none on PATH, no releases: built", undefined, {}, "go modules"],
    ["checksums without the release: built", undefined, { "/sums": good["/sums"] }, "go modules"],
    [
      "checksums that don't name it: built",
      undefined,
      { ...good, "/sums": `${sum}  else\n` },
      "go modules",
    ],
    [
      "a release that is another file: built",
      undefined,
      { ...good, "/tool-release": other },
      "go modules",
    ],
  ] as const;
  for (const [name, onPath, files, origin] of cases) {
    test(name, () =>
      withFolder(async (folder) => {
        await withReleases(files, async (releases) => {
          const own = join(folder, "bin");
          if (onPath !== undefined) await putOnPath(own, onPath);
          const context = {
            cache: join(folder, "cache"),
            env: { ...process.env, PATH: `${own}:/usr/bin:/bin` },
            internet: openInternet(),
            onProgress: () => undefined,
          };
          const found = await ensureTool(toolAt(releases), context);
          assert.equal(found.origin, origin);
          assert.equal(found.version, "1.2.3");
          assert.equal(await readFile(found.command, "utf8"), program);
          const again = await ensureTool(toolAt("http://127.0.0.1:1"), context);
          assert.deepEqual(again, found, "a second run answers the same without the network");
        });
      }),
    );
  }

  test("a release that was cut off leaves nothing that looks like it", () =>
    withFolder(async (folder) => {
      await withReleases({ ...good, "/tool-release": program.slice(0, 9) }, async (releases) => {
        const cache = join(folder, "cache");
        const env = { ...process.env, PATH: "/usr/bin:/bin" };
        await ensureTool(toolAt(releases), {
          cache,
          env,
          internet: openInternet(),
          onProgress: () => undefined,
        });
        assert.equal(await exists(join(cache, "tools", "tool", "1.2.3-release")), false);
      });
    }));
});

describe("a file of checksums", () => {
  const hash = "a".repeat(64);
  for (const [name, text, found] of [
    ["plain", `${"b".repeat(64)}  other\n${hash}  kind-linux-amd64\n`, hash],
    ["binary mark", `${hash} *kind-linux-amd64`, hash],
    ["not in it", `${hash}  kind-linux-arm64`, undefined],
    ["an error page", "<html>kind-linux-amd64</html>", undefined],
  ] as const) {
    test(name, () => assert.equal(checksumIn(text, "kind-linux-amd64"), found));
  }
});

describe("the network", () => {
  const answering = (status: number, headers: Record<string, string>) => () =>
    Promise.resolve(new Response(null, { status, headers }));

  for (const [name, status, headers, registry] of [
    ["a registry that wants a token", 401, { "www-authenticate": "Bearer realm=..." }, true],
    ["an open registry", 200, { "docker-distribution-api-version": "registry/2.0" }, true],
    ["a gateway that answers for everybody", 200, {}, false],
    ["a gateway that forbids", 403, {}, false],
  ] as const) {
    test(`${name}: ${registry ? "a registry" : "none"}`, async () => {
      const network = openInternet(answering(status, headers));
      assert.equal(await network.isRegistry("registry.example"), registry);
    });
  }

  test("tells why a host is out of reach, and whether its certificate is the reason", async () => {
    const network = openInternet((input) =>
      Promise.reject(
        new TypeError("fetch failed", {
          cause: Object.assign(new Error("the reason"), {
            code: input.includes("untrusted") ? "SELF_SIGNED_CERT_IN_CHAIN" : "ENOTFOUND",
          }),
        }),
      ),
    );
    assert.equal(network.silenceOf("away.example"), undefined);
    for (const [host, isUntrusted] of [
      ["away.example", false],
      ["untrusted.example", true],
    ] as const) {
      assert.equal(await network.isRegistry(host), false);
      assert.deepEqual(network.silenceOf(host), { message: "the reason", isUntrusted });
    }
  });

  test("a host out of reach is asked once", async () => {
    let asked = 0;
    const network = openInternet(() => {
      asked++;
      return Promise.reject(new TypeError("fetch failed"));
    });
    assert.equal(await network.text("https://releases.example/a"), undefined);
    assert.equal(await network.text("https://releases.example/b"), undefined);
    assert.equal(await network.has("https://releases.example/c"), false);
    assert.equal(asked, 1);
  });
});

describe("a platform", () => {
  for (const [os, arch, known] of [
    ["linux", "x64", true],
    ["darwin", "arm64", true],
    ["linux", "riscv64", false],
    ["win32", "x64", false],
  ] as const) {
    test(`${os} ${arch}: ${known ? "has releases" : "has none"}`, () => {
      assert.equal(platformOf(os, arch) !== undefined, known);
    });
  }
});
