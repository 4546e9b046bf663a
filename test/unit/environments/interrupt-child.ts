// A command with an engine and something that it waits for after it; see interrupt.test.ts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../../../environments/commands/run-command.ts";
import { engineSignal } from "../../../environments/interrupt.ts";

const [mode] = process.argv.slice(2);
const engineProgram = `
  let count = 0;
  process.on("SIGINT", () => console.log("engine interrupted", ++count));
  console.log("engine runs");
  const end = () => count > 0 && setTimeout(() => process.exit(), 700);
  const look = setInterval(() => count > 0 && (clearInterval(look), end()), 20);`;

await runCommand({ command: "up" }, async ({ signal }) => {
  if (mode === "engine") {
    let began = false;
    const engine = spawn(process.execPath, ["-e", engineProgram], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    engine.stdout.on("data", (text: Buffer) => {
      began = true;
      process.stdout.write(text);
    });
    engineSignal(signal, () => began).addEventListener("abort", () => engine.kill("SIGINT"));
    await once(engine, "close");
    signal.throwIfAborted();
  } else if (mode === "callback") {
    setTimeout(() => {
      throw new TypeError("an answer that nobody expected");
    }, 100);
  } else if (mode === "ending") {
    void Promise.reject(new Error("Resource monitor is terminating"));
  }
  console.log("proof runs");
  try {
    await sleep(mode === "ending" ? 500 : 60_000, undefined, { signal });
  } finally {
    await sleep(200);
    console.log("tidied up");
  }
  return 0;
});
