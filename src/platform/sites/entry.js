// The entry of the Worker that is built for Workers Sites (wrangler.sites.toml).
import Worker from "../../../build-sites/index.js";
import { handlers } from "../js/handlers.js";
import { channelClass } from "../object/channel.js";

export const Channel = channelClass(Worker.prototype);
export default handlers(Worker);
