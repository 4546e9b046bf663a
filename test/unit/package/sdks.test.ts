import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { kindProvider } from "../../../providers/kind/provider.ts";
import { releasesOf, repository } from "../../../providers/repository.ts";
import { packageSchema } from "../../../providers/server/index.ts";
import { sdks } from "../../../scripts/sdk-packages.ts";
import { sdkFiles } from "../../../scripts/sdk.ts";
import { linkerdTopology } from "../../../plugin/provider.ts";

const root = path.resolve(import.meta.dirname, "../../..");

test("the SDKs are what the providers' schemas make them: run `npm run sdks`", async () => {
  const files = await sdks();
  const present = globSync("sdks/{kind,mesh}/**/*", { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  assert.deepEqual(present.sort(), [...files.keys()].sort());
  for (const [file, text] of files) assert.equal(readFileSync(path.join(root, file), "utf8"), text);
});

describe("where Pulumi finds the plugins of a release", () => {
  const about = { name: "@pulumi/kind", license: "Apache-2.0", pulumi: "^3.0.0" };
  const manifestOf = async (pluginDownloadURL: string | undefined) => {
    const files = await sdkFiles(packageSchema({ ...kindProvider, pluginDownloadURL }), about);
    const { pulumi } = JSON.parse(files["package.json"] ?? "") as { readonly pulumi?: object };
    return { pulumi, code: files["index.js"] ?? "" };
  };

  test("is in the package schemas, and in what the npm package says of itself", async () => {
    const server = releasesOf("somebody/linkerd-topology");
    assert.equal(server, "github://api.github.com/somebody/linkerd-topology");
    const { pulumi, code } = await manifestOf(server);
    const { name, version } = kindProvider;
    assert.deepEqual(pulumi, { resource: true, name, version, server });
    // Programs in other languages read no package.json: every resource says it.
    assert.match(code, /const own = \{ version, pluginDownloadURL, /);
    assert.equal(
      packageSchema({ ...linkerdTopology, pluginDownloadURL: server }).pluginDownloadURL,
      server,
    );
  });

  test("is named by nobody while nobody has the repository: Pulumi starts what it downloads", async () => {
    assert.equal(releasesOf("OWNER/linkerd-topology"), undefined);
    const { pulumi, code } = await manifestOf(undefined);
    assert.equal(pulumi, undefined);
    assert.ok(!code.includes("pluginDownloadURL"));
  });

  test("is the repository that package.json names", () => {
    const text = readFileSync(path.join(root, "package.json"), "utf8");
    const { url } = (JSON.parse(text) as { readonly repository: { readonly url: string } })
      .repository;
    assert.equal(url, `git+https://github.com/${repository}.git`);
    for (const { pluginDownloadURL } of [kindProvider, linkerdTopology]) {
      assert.equal(pluginDownloadURL, releasesOf(repository));
    }
  });
});
