// Tabs that Playwright does not touch: it makes each of its pages believe that it is in front, and a
// page in front cannot be frozen.
import { waitFor } from "../support/wait.mjs";

export async function bareTabs(browser) {
  const session = await browser.newBrowserCDPSession();
  const answers = new Map();
  let last = 0;
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result, error } = JSON.parse(message);
    const answer = answers.get(id);
    answers.delete(id);
    if (error) answer?.reject(new Error(error.message));
    else answer?.resolve(result);
  });

  return async function open(url) {
    const { targetId } = await session.send("Target.createTarget", { url });
    const { sessionId } = await session.send("Target.attachToTarget", { targetId, flatten: false });
    const send = (method, params = {}) =>
      new Promise((resolve, reject) => {
        last += 1;
        answers.set(last, { resolve, reject });
        const message = JSON.stringify({ id: last, method, params });
        session.send("Target.sendMessageToTarget", { sessionId, message }).catch(reject);
      });
    const text = async (id) => {
      const expression = `document.getElementById("${id}")?.textContent`;
      return (await send("Runtime.evaluate", { expression, returnByValue: true })).result.value;
    };
    await waitFor(() => text("ticks").catch(() => undefined), { what: `${url} to load` });
    return { send, text, close: () => session.send("Target.closeTarget", { targetId }) };
  };
}
