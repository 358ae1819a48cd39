/** What every page for signed-in people starts with: the API, who it is, and the live connection with its banner. */
import { Api } from "./api.ts";
import { Banner, showBanner } from "./banner.ts";
import { HOME } from "./home.ts";
import { ApiError } from "./live/fault.ts";
import type { UserView } from "./protocol.ts";
import { Connection } from "./socket.ts";
import { byId, sentenceOf, words } from "./ui.ts";

const RETRY_MS = 3000;
/** A page that was hidden for less has lost nothing. */
const SLEEP_MS = 20_000;

export interface Session {
  api: Api;
  user: UserView;
}

/** Finds out who is there. Strangers are sent to sign in, people of other roles than these to their own page; without
 *  roles, everybody may stay. */
export async function enter(...roles: UserView["role"][]): Promise<Session> {
  const api = new Api();
  for (;;) {
    try {
      await api.token();
      if (!api.user) throw new ApiError("unauthenticated", 401);
      if (roles.length === 0 || roles.includes(api.user.role)) return { api, user: api.user };
      location.replace(HOME[api.user.role]);
      return await never();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        toSignIn();
        return await never();
      }
      // It goes on by itself: nobody has to try again.
      showBanner(error instanceof ApiError && error.code === "offline" ? words.banner_connecting : sentenceOf(error));
      await new Promise((again) => setTimeout(again, RETRY_MS));
    }
  }
}

/** Leaves for the sign-in page, which leads back here. */
export function toSignIn(): void {
  location.replace(`/sign-in?${new URLSearchParams({ next: location.pathname + location.search })}`);
}

/** The page's live connection. Its state shows in the banner, and as `data-live` on the root while it is online. */
export function connect({ api, user }: Session): Connection {
  const connection = new Connection(api);
  const mark = () => document.documentElement.toggleAttribute("data-live", connection.state === "online");
  connection.onState(mark);
  new Banner(connection, user.role);
  probeAfterSleep(api, connection);
  return connection;
}

/** A device that slept has missed the end of its line without knowing: on waking up the server is asked something, and if
 *  it says nothing the connection is made anew. */
function probeAfterSleep(api: Api, connection: Connection): void {
  let hiddenAt = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (Date.now() - hiddenAt > SLEEP_MS && connection.state === "online") {
      api.token().then((token) => connection.call("session.renew", { token })).catch(() => undefined);
    }
  });
}

export function setName(user: UserView): void {
  byId("me").textContent = user.display_name;
}

/** The page is being left: whatever waits for this is not to go on. */
function never(): Promise<never> {
  return new Promise(() => {});
}
