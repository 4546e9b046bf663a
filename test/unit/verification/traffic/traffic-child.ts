// A verification during whose traffic an event handler throws; see uncaught.test.ts.
import { runCommand } from "../../../../environments/commands/run-command.ts";
import { TrafficPair } from "./traffic-pair.ts";

await runCommand({ command: "verify" }, async ({ signal }) => {
  const pair = await TrafficPair.start("real");
  let thrown = false;
  pair.answer = () => {
    if (!thrown) {
      thrown = true;
      console.log(`namespaces: ${pair.left().length}`);
      process.nextTick(() => {
        throw new TypeError("an answer that nobody expected");
      });
    }
    // Nothing becomes as planned: it would continue until its time limits if nobody ended it.
    return { status: 0, error: "Could not resolve host" };
  };
  try {
    await pair.verify({ signal, limit: 60_000 });
  } finally {
    console.log(`namespaces left: ${pair.left().length}`);
    await pair.stop();
  }
  return 0;
});
