import { render } from "preact";
import { useEffect, useReducer } from "preact/hooks";
import { App } from "./app.tsx";
import { after, atFirst, type PageEvent } from "./state.ts";
import "uplot/dist/uPlot.min.css";
import "./app.css";

const names = ["model", "changes", "points", "state"] as const;

function Page() {
  const [state, tell] = useReducer(after, atFirst);
  useEffect(() => {
    const source = new EventSource("events");
    source.onopen = () => tell({ name: "connected" });
    source.onerror = () => tell({ name: "disconnected" });
    for (const name of names) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        tell({ name, data: JSON.parse(data) as unknown } as PageEvent);
      });
    }
    return () => source.close();
  }, []);
  return <App state={state} />;
}

const root = document.getElementById("app");
if (root !== null) {
  root.textContent = "";
  render(<Page />, root);
}
