import { forPeople } from "../system/print.ts";
import { formatDuration, type Progress } from "./progress.ts";
import { progressText, reportLines } from "./report-lines.ts";
import { findSources, makeSources } from "./sources.ts";
import { ensureToolchain } from "./toolchain.ts";
import { messageOf } from "../system/message-of.ts";

/** `node toolchain/main.ts`: installs everything that `up` needs and reports where it came from. */
const started = Date.now();
try {
  const toolchain = await ensureToolchain({ onProgress: show });
  const found = await findSources({ env: toolchain.env });
  const sources = await makeSources(found, { env: toolchain.env, onProgress: show });
  console.log();
  for (const line of reportLines(toolchain, sources)) console.log(line);
  console.log(formatDuration(Date.now() - started));
} catch (problem) {
  console.error(forPeople(messageOf(problem)));
  process.exitCode = 1;
}

function show(progress: Progress): void {
  process.stderr.write(progressText(progress, process.stderr.isTTY) ?? "");
}
