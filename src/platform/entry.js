// The Worker's entry. Another handler than fetch is to be named in js/handlers.js.
import Worker from "../../build/index.js";
import { handlers } from "./js/handlers.js";
import { channelClass } from "./object/channel.js";

export const Channel = channelClass(Worker.prototype);
export default handlers(Worker);
