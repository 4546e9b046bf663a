import type { Tell } from "../../environments/report/phases.ts";
import { bringTools } from "../../environments/tools.ts";
import { ensureToolchain } from "../../toolchain/toolchain.ts";

/** Brings what a layer of the tests needs; the tests then find it in the cache. */
export async function testTools(needs: "engine" | "clusters", tell: Tell): Promise<string> {
  if (needs === "clusters") {
    const { summary } = await bringTools({ images: process.env["IMAGES"], tell });
    return summary;
  }
  const { report } = await ensureToolchain({
    clusters: false,
    onProgress: ({ step, state, detail = "" }) => {
      if (state !== "skipped") tell.step(`${step}: ${detail}`);
    },
  });
  return report.map(({ tool, version }) => `${tool} ${version}`).join(", ");
}
