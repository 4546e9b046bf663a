import { forPeople } from "../system/print.ts";
import { formatDuration, type Progress } from "./progress.ts";
import { findSources, makeSources } from "./sources.ts";
import { ensureToolchain } from "./toolchain.ts";

/** `node toolchain/main.ts`: brings everything that `up` will need, and says where it came from. */
const started = Date.now();
try {
  const toolchain = await ensureToolchain({ onProgress: show });
  const found = await findSources({ env: toolchain.env });
  const sources = await makeSources(found, { env: toolchain.env, onProgress: show });
  console.log();
  for (const { tool, version, origin } of [...toolchain.report, ...(sources?.report ?? [])]) {
    print(`${tool.padEnd(24)} ${version.padEnd(14)} ${origin}`);
  }
  for (const note of [...toolchain.notes, ...(sources?.notes ?? [])]) print(`note: ${note}`);
  print(`images and charts: ${sources?.path ?? "public"}`);
  if (sources?.dataPlane === "none")
    console.log("data plane: NONE (stand-ins that carry no traffic)");
  console.log(formatDuration(Date.now() - started));
} catch (problem) {
  console.error(forPeople(problem instanceof Error ? problem.message : String(problem)));
  process.exitCode = 1;
}

function print(text: string): void {
  console.log(forPeople(text));
}

function show({ step, state, detail }: Progress): void {
  // Every second is too often for a log.
  if (state === "progress" && !process.stderr.isTTY) return;
  const line = forPeople(`${step}: ${state === "progress" ? "" : `${state} `}${detail ?? ""}`);
  if (process.stderr.isTTY && state === "progress") process.stderr.write(`\r\u001b[K${line}`);
  else console.error(process.stderr.isTTY ? `\r\u001b[K${line}` : line);
}
