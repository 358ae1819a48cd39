/** One conversation of a guardian's child, live, to be read and nothing else. */
import "./styles/base.css";
import "./styles/app.css";
import "./styles/room.css";
import "./styles/desks.css";
import { RoomView } from "./roomview.ts";
import { connect, enter } from "./session.ts";
import { byId, data, part, sentenceOf } from "./ui.ts";

const session = await enter("guardian");
const connection = connect(session);
const nothing = () => {};

const view = new RoomView(connection, session.user, {
  conversation: nothing,
  hand: nothing,
  running: nothing,
  raise: nothing,
  lost: (error) => {
    view.show(null); // what may not be read any more does not stay
    byId("title").textContent = "";
    byId("facts").textContent = "";
    part(byId("reading"), "span").textContent = sentenceOf(error);
  },
});
view.show(data.conversation_id);
