// A real Chromium, as all tests start it.
import { chromium } from "playwright-core";

// It starts nothing of its own that would talk to the internet.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launchChromium = (executablePath) => chromium.launch({ executablePath, args: FLAGS });
