import type { Tell } from "../../environments/report/phase.ts";
import { bringTools } from "../../environments/tools.ts";
import { ensureToolchain } from "../../toolchain/toolchain.ts";

/** What was found or brought for a layer. */
export interface TestTools {
  readonly summary: string;
  /** Variables that tell the tests what was found. */
  readonly env: Readonly<Record<string, string>>;
}

/** Brings what a layer of the tests needs; the tests then find it in the cache. */
export async function testTools(needs: "engine" | "clusters", tell: Tell): Promise<TestTools> {
  if (needs === "clusters") {
    const { summary, env } = await bringTools({ images: process.env["IMAGES"], tell });
    // Images and charts are looked for once, and not in every `up` of every test.
    const { LINKERD_TOPOLOGY_SOURCES: sources } = env;
    return { summary, env: sources === undefined ? {} : { LINKERD_TOPOLOGY_SOURCES: sources } };
  }
  const { report } = await ensureToolchain({
    clusters: false,
    onProgress: ({ step, state, detail = "" }) => {
      if (state !== "skipped") tell.step(`${step}: ${detail}`);
    },
  });
  return { summary: report.map(({ tool, version }) => `${tool} ${version}`).join(", "), env: {} };
}
