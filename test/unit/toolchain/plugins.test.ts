import assert from "node:assert/strict";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { exists } from "../../../toolchain/cache.ts";
import { openInternet } from "../../../toolchain/internet.ts";
import { ensurePlugins } from "../../../toolchain/plugins.ts";
import type { ProviderPlugin } from "../../../toolchain/tools/provider-plugins.ts";
import { withFolder } from "./folder.ts";

/** A plugin whose build is a file, so that no compiler is needed. */
function plugin(name: string, content = "built"): ProviderPlugin {
  const binary = `pulumi-resource-${name}`;
  return {
    name,
    version: "1.0.0",
    release: `https://releases.example/${name}`,
    binary,
    built: {
      name: binary,
      version: "1.0.0",
      programs: [],
      inputs: [content],
      finish: (folder) => writeFile(join(folder, binary), content),
    },
  };
}

/** Does what `pulumi plugin install resource NAME VERSION --reinstall [--file BINARY]` does. */
const pulumiScript = (downloads: boolean) => `#!/bin/sh
set -e
folder="$PULUMI_HOME/plugins/resource-$4-v$5"
if [ "$7" = --file ]; then mkdir -p "$folder"; cp "$8" "$folder/"
elif ${downloads}; then mkdir -p "$folder"; echo release > "$folder/pulumi-resource-$4"
else echo "download failed" >&2; exit 1; fi
`;

interface Setting {
  readonly reach?: boolean;
  /** Whether the release's host has the release itself. */
  readonly downloads?: boolean;
  readonly env?: (folder: string) => Record<string, string>;
}

async function withPulumi(
  setting: Setting,
  run: (
    ensure: (...plugins: ProviderPlugin[]) => ReturnType<typeof ensurePlugins>,
    places: { readonly theirs: string; readonly ours: string; readonly chosen: string },
  ) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const pulumi = join(folder, "pulumi");
    await writeFile(pulumi, pulumiScript(setting.downloads ?? true));
    await chmod(pulumi, 0o755);
    const cache = join(folder, "cache");
    const status = setting.reach === true ? 200 : 404;
    const internet = openInternet(() => Promise.resolve(new Response("sums", { status })));
    const env = { PATH: "/usr/bin:/bin", HOME: join(folder, "home"), ...setting.env?.(folder) };
    await run(
      (...plugins) =>
        ensurePlugins(plugins, pulumi, { cache, env, internet, onProgress: () => undefined }),
      {
        theirs: join(folder, "home", ".pulumi"),
        ours: join(cache, "pulumi"),
        chosen: join(folder, "chosen"),
      },
    );
  });
}

const origins = ({ plugins }: Awaited<ReturnType<typeof ensurePlugins>>) =>
  plugins.map(({ origin }) => origin);
const programIn = (home: string, name: string) =>
  readFile(join(home, "plugins", `resource-${name}-v1.0.0`, `pulumi-resource-${name}`), "utf8");

describe("provider plugins", () => {
  test("those in the person's home are used as they are", () =>
    withPulumi({ reach: true }, async (ensure, { theirs, ours }) => {
      await mkdir(join(theirs, "plugins", "resource-tls-v1.0.0"), { recursive: true });
      const installed = await ensure(plugin("tls"));
      assert.deepEqual(origins(installed), ["machine"]);
      assert.equal(installed.home, undefined);
      assert.equal(await exists(ours), false);
    }));

  test("one whose installation was cut off is installed again", () =>
    withPulumi({ reach: true }, async (ensure, { theirs }) => {
      await mkdir(join(theirs, "plugins", "resource-tls-v1.0.0"), { recursive: true });
      await writeFile(join(theirs, "plugins", "resource-tls-v1.0.0.partial"), "");
      assert.deepEqual(origins(await ensure(plugin("tls"))), ["release"]);
    }));

  test("missing ones are Pulumi's releases, in the person's home, where they are in reach", () =>
    withPulumi({ reach: true }, async (ensure, { theirs }) => {
      const installed = await ensure(plugin("tls"), plugin("kubernetes"));
      assert.deepEqual(origins(installed), ["release", "release"]);
      assert.equal(installed.home, undefined);
      assert.equal((await programIn(theirs, "tls")).trim(), "release");
    }));

  test("they are built, and go to a home of our own, where they are not", () =>
    withPulumi({ reach: false }, async (ensure, { theirs, ours }) => {
      const installed = await ensure(plugin("tls"));
      assert.deepEqual(origins(installed), ["go modules"]);
      assert.equal(installed.home, ours);
      assert.equal(await programIn(ours, "tls"), "built");
      assert.equal(await exists(theirs), false);
      assert.deepEqual(await ensure(plugin("tls")), installed, "and are found the next time");
    }));

  for (const variable of ["PULUMI_HOME", "PULUMI_BACKEND_URL"]) {
    test(`a person who set ${variable} has chosen the home`, () =>
      withPulumi(
        { reach: false, env: (folder) => ({ [variable]: join(folder, "chosen") }) },
        async (ensure, { theirs, chosen }) => {
          const installed = await ensure(plugin("tls"));
          assert.equal(installed.home, undefined);
          const home = variable === "PULUMI_HOME" ? chosen : theirs;
          assert.equal(await programIn(home, "tls"), "built");
        },
      ));
  }

  test("Pulumi's log is kept out of a home of our own, and left alone in a person's", async () => {
    const withLog = async (home: string) => {
      await mkdir(join(home, "logs"), { recursive: true });
      await writeFile(join(home, "logs", "pulumi.log"), "who knows what");
    };
    const read = (home: string) => readFile(join(home, "logs", "pulumi.log"), "utf8");
    await withPulumi({ reach: false }, async (ensure, { theirs, ours }) => {
      await Promise.all([withLog(theirs), withLog(ours)]);
      await ensure(plugin("tls"));
      assert.equal((await stat(join(ours, "logs"))).isFile(), true);
      assert.equal(await read(theirs), "who knows what");
    });
    await withPulumi({ reach: true }, async (ensure, { theirs }) => {
      await withLog(theirs);
      await ensure(plugin("tls"));
      assert.equal(await read(theirs), "who knows what");
    });
    const env = (folder: string) => ({ PULUMI_HOME: join(folder, "cache", "pulumi") });
    await withPulumi({ reach: false, env }, async (ensure, { ours }) => {
      await ensure(plugin("tls"));
      assert.equal((await stat(join(ours, "logs"))).isFile(), true);
    });
  });

  test("a release that does not come after all is built", () =>
    withPulumi({ reach: true, downloads: false }, async (ensure, { theirs }) => {
      assert.deepEqual(origins(await ensure(plugin("tls"))), ["go modules"]);
      assert.equal(await programIn(theirs, "tls"), "built");
    }));

  test("what is rebuilt when its sources changed replaces what was installed", () =>
    withPulumi({ reach: false }, async (ensure, { ours }) => {
      await ensure(plugin("tls", "first"));
      await ensure(plugin("tls", "second"));
      assert.equal(await programIn(ours, "tls"), "second");
    }));
});
