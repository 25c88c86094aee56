// @ts-check
// The same in JavaScript that is checked: no type is written, and each is known.
import { connect } from "../../../public/edge-events.js";

const ticks = connect("/events", { interval: 1000 });

/** @param {import("../../../public/edge-events.js").Tick} tick */
function show({ id, data, lag }) {
  console.log(id.toFixed(), data.trim(), lag?.toFixed());
}

ticks.addEventListener("tick", ({ detail }) => show(detail));
ticks.addEventListener("gap", ({ detail }) => console.log(detail.missed.toFixed(), detail.announced));
ticks.addEventListener("state", ({ detail: { state, retryAt = 0 } }) => {
  if (state === "reconnecting") console.log(retryAt.toFixed());
});
ticks.addEventListener("rotate", ({ detail }) => console.log(detail.reason.trim()));
ticks.addEventListener("overload", ({ detail }) => console.log(detail.retry_ms.toFixed()));
ticks.addEventListener("duplicate", ({ detail }) => console.log(detail.id.toFixed()));
